// SPDX-License-Identifier: MIT
#include "threads.hpp"

#include <cstring>

#include <ucontext.h>

#include "execution.hpp"

namespace model {
namespace {

ucontext_t context_of_harness;

}  // namespace

// Each stack has a loop at its bottom that runs one thread per execution. A thread that is left in
// the middle is gone when the loop is entered anew: with a jump, since the loop itself never
// returned.
void Threads::make_stacks(char* memory) {
  stacks_ = reinterpret_cast<std::uintptr_t>(memory);
  for (current_ = 0; current_ < most_threads; ++current_) {
    Thread& thread = threads_[current_];
    thread.stack = memory + current_ * stack_size;
    thread.locals = new unsigned char[run_time.image.locals_size()];
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = thread.stack;
    context.uc_stack.ss_size = stack_size;
    context.uc_link = nullptr;
    makecontext(&context, &Threads::enter, 0);
    swapcontext(&context_of_harness, &context);
  }
}

void Threads::enter() {
  Threads& threads = run_time.threads;
  if (_setjmp(threads.current().beginning) == 0) setcontext(&context_of_harness);
  threads.run_current();
}

void Threads::run_current() {
  run_time.inside = false;
  current().start(current().argument);
  run_time.inside = true;
  finish_current();
}

void Threads::finish_current() {
  Thread& thread = current();
  while (thread.destructor_count > 0) {
    const Destructor destructor = thread.destructors[--thread.destructor_count];
    run_time.inside = false;
    destructor.call(destructor.object);
    run_time.inside = true;
  }
  step();
  if (current_ == 0) run_time.execution.run_exit_handlers();
  release();
  thread.phase = Thread::Phase::finished;
  thread.stack_pointer = UINTPTR_MAX;  // nothing on its stack is alive
  wake(&thread, most_threads);
  switch_to(choose(false));
}

void Threads::run(Start start) {
  for (unsigned i = 0; i < count_; ++i) {
    Thread& thread = threads_[i];
    thread.phase = Thread::Phase::unused;
    thread.stack_pointer = UINTPTR_MAX;
  }
  current_ = count_ = 0;
  now_ = 1'000'000'000;
  steps_ = 0;
  preemptions_ = surprises_ = 0;
  lowest_ = 1000;
  Random& random = run_time.choices.random();
  by_walk_ = random.once_in(4);
  for (std::uint32_t& point : change_points_) {
    point = random.once_in(3) ? UINT32_MAX : random.below(run_time.execution.usual_steps());
  }
  create(start, nullptr);
  if (_setjmp(harness_) == 0) go_on_with(0);
}

void Threads::leave() {
  run_time.inside = true;
  _longjmp(harness_, 1);
}

unsigned Threads::create(Start start, void* argument) {
  if (count_ == most_threads) return most_threads;
  Thread& thread = threads_[count_];
  thread.phase = Thread::Phase::runnable;
  thread.yielded = thread.timed_out = thread.detached = false;
  thread.deadline = Thread::never;
  thread.start = start;
  thread.argument = argument;
  thread.operations = 0;
  thread.history = count_;
  thread.destructor_count = 0;
  thread.priority = 1001 + run_time.choices.random().below(1U << 30);
  std::memcpy(&thread.context, &thread.beginning, sizeof thread.context);
  std::memcpy(thread.locals, run_time.initial_locals, run_time.image.locals_size());
  thread.clock = count_ == 0 ? VectorClock{} : release();
  thread.clock.at[count_] = 1;
  return count_++;
}

const VectorClock& Threads::release() {
  Thread& thread = current();
  static VectorClock released;
  released = thread.clock;
  ++thread.clock.at[current_];
  return released;
}

void Threads::switch_to(unsigned next) {
  if (next == current_) return;
  Thread& from = current();
  if (from.phase != Thread::Phase::finished) {
    from.stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    run_time.image.save_locals(from.locals);
    if (_setjmp(from.context) != 0) return;
  }
  go_on_with(next);
}

void Threads::go_on_with(unsigned next) {
  current_ = next;
  run_time.image.load_locals(current().locals);
  _longjmp(current().context, 1);
}

void Threads::step() {
  if (++steps_ > Execution::most_steps) fail("no progress: the execution does not end");
  switch_to(choose(true));
  ++current().operations;
  for (unsigned i = 0; i < count_; ++i) {
    if (i != current_) threads_[i].yielded = false;
  }
}

void Threads::yield() {
  current().yielded = true;
  step();
  current().yielded = false;
}

bool Threads::block(const void* on, const char* why, std::int64_t deadline) {
  Thread& thread = current();
  thread.phase = Thread::Phase::blocked;
  thread.waits_on = on;
  thread.waits_for = why;
  thread.deadline = deadline;
  thread.timed_out = false;
  switch_to(choose(false));
  return !thread.timed_out;
}

int Threads::wake(const void* on, int most) {
  int woken = 0;
  for (unsigned i = 0; i < count_ && woken < most; ++i) {
    Thread& thread = threads_[i];
    if (thread.phase != Thread::Phase::blocked || thread.waits_on != on) continue;
    thread.phase = Thread::Phase::runnable;
    thread.deadline = Thread::never;
    ++woken;
  }
  return woken;
}

// The candidates: those that can go on, in turn after the current one; then the sleeper whose
// deadline comes next. A thread that yields is none while there are others.
unsigned Threads::choose(bool current_may_go_on) {
  unsigned candidates[most_threads];
  unsigned n = 0;
  const bool usual = current_may_go_on && !current().yielded;
  if (usual) candidates[n++] = current_;
  for (int pass = 0; pass < 2 && n == 0 + (usual ? 1U : 0U); ++pass) {
    for (unsigned i = 1; i <= count_; ++i) {
      const unsigned index = (current_ + i) % count_;
      Thread& thread = threads_[index];
      if (thread.phase != Thread::Phase::runnable || (usual && index == current_)) continue;
      if (pass == 0 && thread.yielded) continue;
      candidates[n++] = index;
    }
    if (usual) break;
  }
  const unsigned runnable = n;
  unsigned sleeper = most_threads;
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = threads_[i];
    if (thread.phase != Thread::Phase::blocked || thread.deadline == Thread::never) continue;
    if (sleeper == most_threads || thread.deadline < threads_[sleeper].deadline) sleeper = i;
  }
  if (sleeper != most_threads) candidates[n++] = sleeper;
  if (n == 0) {
    for (unsigned i = 0; i < count_; ++i) {
      if (threads_[i].phase == Thread::Phase::blocked) report_stuck();
    }
    leave();  // the execution is over
  }
  const unsigned chosen = n == 1 ? candidates[0] : pick(candidates, n, runnable);
  Thread& thread = threads_[chosen];
  if (thread.phase == Thread::Phase::blocked) {
    now_ = std::max(now_, thread.deadline);
    thread.phase = Thread::Phase::runnable;
    thread.deadline = Thread::never;
    thread.timed_out = true;
  }
  return chosen;
}

// In an exhaustive search what is out of bounds is no alternative.
unsigned Threads::pick(const unsigned* candidates, unsigned n, unsigned runnable) {
  Choices& choices = run_time.choices;
  const bool preempts =
      candidates[0] == current_ && !current().yielded && current().phase == Thread::Phase::runnable;
  const Budget& budget = run_time.execution.budget();
  if (budget.exhaustive) {
    if (preempts && preemptions_ >= budget.preemptions) n = 1;
    if (n > runnable && runnable > 0 && surprises_ >= budget.surprises) n = runnable;
    run_time.execution.check_seen(preemptions_, surprises_);
    if (n == 1) return candidates[0];
  }
  unsigned random_choice = 0;
  if (!budget.exhaustive) {
    Random& random = choices.random();
    if (n > runnable && runnable > 0 && random.once_in(40)) {
      random_choice = n - 1;
    } else {
      random_choice = by_priority(candidates, std::max(1U, runnable));
    }
  }
  const unsigned chosen = choices.pick(n, random_choice);
  if (preempts && chosen != 0) ++preemptions_;
  if (chosen >= runnable && runnable > 0) ++surprises_;
  return candidates[chosen];
}

// Probabilistic concurrency testing: the thread with the highest priority goes on, except that at a
// few random steps its priority is lowered. Some executions are random walks instead.
unsigned Threads::by_priority(const unsigned* candidates, unsigned n) {
  Random& random = run_time.choices.random();
  if (by_walk_) return random.once_in(3) ? random.below(n) : 0;
  for (const std::uint32_t point : change_points_) {
    if (point == steps_) current().priority = --lowest_;
  }
  if (current().yielded) current().priority = --lowest_;
  unsigned best = 0;
  for (unsigned i = 1; i < n; ++i) {
    if (threads_[candidates[i]].priority > threads_[candidates[best]].priority) best = i;
  }
  return best;
}

unsigned Threads::surprise(unsigned n, unsigned once_in) {
  if (n < 2) return 0;
  const Budget& budget = run_time.execution.budget();
  unsigned random_choice = 0;
  if (budget.exhaustive) {
    if (surprises_ >= budget.surprises) return 0;
  } else {
    Random& random = run_time.choices.random();
    if (random.once_in(once_in)) random_choice = 1 + random.below(n - 1);
  }
  const unsigned chosen = run_time.choices.pick(n, random_choice);
  if (chosen != 0) ++surprises_;
  return chosen;
}

void Threads::remember(std::uint64_t what) { current().history = mix(current().history, what); }

std::uint64_t Threads::operation_id() { return mix(current_, current().operations); }

void Threads::report_stuck() {
  std::string text = "blocked for ever:";
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = threads_[i];
    if (thread.phase != Thread::Phase::blocked) continue;
    text += " thread " + std::to_string(i) + " (" + thread.waits_for + ")";
  }
  fail("%s", text.c_str());
}

}  // namespace model
