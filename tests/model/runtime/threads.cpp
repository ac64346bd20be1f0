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
  switch_to(choose());
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
  switch_to(choose());
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
  switch_to(choose());
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

void Threads::remember(std::uint64_t what) { current().history = mix(current().history, what); }

std::uint64_t Threads::operation_id() { return mix(current_, current().operations); }

}  // namespace model
