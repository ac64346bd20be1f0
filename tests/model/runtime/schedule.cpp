// SPDX-License-Identifier: MIT
// Which thread goes on: the decisions of the scheduler. How it goes on is in threads.cpp.
#include <algorithm>
#include <string>

#include "execution.hpp"

namespace model {

// Those that can go on, in turn after the current one; returns how many.
unsigned Threads::find_runnable(unsigned* found, bool also_yielded) const {
  unsigned n = 0;
  for (unsigned i = 1; i <= count_; ++i) {
    const unsigned index = (current_ + i) % count_;
    const Thread& thread = threads_[index];
    if (thread.phase != Thread::Phase::runnable || (thread.yielded && !also_yielded)) continue;
    found[n++] = index;
  }
  return n;
}

// The sleeper whose deadline comes next; most_threads if there is none.
unsigned Threads::find_sleeper() const {
  unsigned found = most_threads;
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = threads_[i];
    if (thread.phase != Thread::Phase::blocked || thread.deadline == Thread::never) continue;
    if (found == most_threads || thread.deadline < threads_[found].deadline) found = i;
  }
  return found;
}

// The candidates: the current thread first if it can go on, then the others, then the next sleeper.
// A thread that yields is none while there are others.
unsigned Threads::choose() {
  unsigned candidates[most_threads + 1];
  unsigned runnable = find_runnable(candidates, false);
  if (runnable == 0) runnable = find_runnable(candidates, true);
  // Going on is no surprise, so it is the first choice; it was the last in turn.
  if (runnable > 0 && candidates[runnable - 1] == current_) {
    std::rotate(candidates, candidates + runnable - 1, candidates + runnable);
  }
  unsigned n = runnable;
  const unsigned sleeper = find_sleeper();
  if (sleeper != most_threads) candidates[n++] = sleeper;
  if (n == 0) end_or_report_stuck();
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

void Threads::end_or_report_stuck() {
  std::string blocked;
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = threads_[i];
    if (thread.phase != Thread::Phase::blocked) continue;
    blocked += " thread " + std::to_string(i) + " (" + thread.waits_for + ")";
  }
  if (!blocked.empty()) fail("blocked for ever:%s", blocked.c_str());
  leave();
}

}  // namespace model
