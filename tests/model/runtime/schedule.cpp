// SPDX-License-Identifier: MIT
// Which thread goes on: the decisions of the scheduler. How it goes on is in threads.cpp.
#include <algorithm>
#include <string>

#include "execution.hpp"

namespace model {

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
