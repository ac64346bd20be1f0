// SPDX-License-Identifier: MIT
// The threads of an execution, one of which runs at a time, and the choice of the one that goes on.
#pragma once

#include <csetjmp>
#include <cstdint>

#include "vector_clock.hpp"

namespace model {

using Start = void* (*)(void*);

struct Destructor {
  void (*call)(void*);
  void* object;
};

struct Thread {
  enum class Phase : std::uint8_t { unused, runnable, blocked, finished };

  static constexpr std::int64_t never = INT64_MAX;

  Phase phase = Phase::unused;
  bool yielded = false;
  bool timed_out = false;
  bool detached = false;
  const void* waits_on = nullptr;  // of a blocked one
  const char* waits_for = "";
  std::int64_t deadline = never;

  VectorClock clock;
  std::uint32_t operations = 0;
  std::uint64_t history = 0;  // a fingerprint of all that it has read and written
  std::uint32_t priority = 0;

  Start start = nullptr;
  void* argument = nullptr;
  int destructor_count = 0;
  Destructor destructors[8];

  // Its stack. What lies below `stack_pointer` is dead; valid while another thread runs.
  char* stack = nullptr;
  std::uintptr_t stack_pointer = 0;
  std::jmp_buf context;
  std::jmp_buf beginning;
  unsigned char* locals = nullptr;
};

class Threads {
 public:
  static constexpr std::size_t stack_size = 256UL << 10;

  // Once. The stacks are `most_threads` times stack_size from there on.
  void make_stacks(char* memory);

  // A new execution: runs `start` as thread 0, and returns when the execution has ended.
  void run(Start start);

  // Leaves the execution at once; whatever its threads were doing.
  [[noreturn]] void leave();

  Thread& current() { return threads_[current_]; }
  Thread& operator[](unsigned index) { return threads_[index]; }
  unsigned index() const { return current_; }
  unsigned count() const { return count_; }
  std::int64_t now() const { return now_; }
  std::uint32_t steps() const { return steps_; }
  int surprises() const { return surprises_; }

  // The stack of which thread? most_threads: of none.
  unsigned owner_of_stack(std::uintptr_t address) const {
    const std::uintptr_t offset = address - stacks_;
    return offset < most_threads * stack_size ? static_cast<unsigned>(offset / stack_size)
                                              : most_threads;
  }

  // The next visible step of this thread comes now, or after steps of others.
  void step();

  // As step(), but another thread goes on if any can.
  void yield();

  // Until wake(). False: the deadline has passed.
  bool block(const void* on, const char* why, std::int64_t deadline = Thread::never);

  // Lets up to `most` threads go on that are blocked on this.
  int wake(const void* on, int most);

  // The new thread; most_threads when there is no room for one more.
  unsigned create(Start start, void* argument);

  // What this thread did until now happens before what follows an acquire of the clock returned.
  const VectorClock& release();

  // Says whether one of `n` things that may happen to a thread at this point does: 0 is the usual.
  unsigned surprise(unsigned n, unsigned once_in = 8);

  // The operation that makes a step takes part in the fingerprint of its thread.
  void remember(std::uint64_t what);

  // A name for the current operation that does not depend on the schedule.
  std::uint64_t operation_id();

 private:
  void run_current();
  void finish_current();
  void switch_to(unsigned next);
  void go_on_with(unsigned next);
  unsigned choose();
  unsigned find_runnable(unsigned* found, bool also_yielded) const;
  unsigned find_sleeper() const;
  unsigned pick(const unsigned* candidates, unsigned n, unsigned runnable);
  unsigned by_priority(const unsigned* candidates, unsigned n);
  [[noreturn]] void end_or_report_stuck();
  static void enter();

  Thread threads_[most_threads];
  unsigned current_ = 0;
  unsigned count_ = 0;
  std::int64_t now_ = 0;
  std::uint32_t steps_ = 0;
  int preemptions_ = 0;
  int surprises_ = 0;
  std::uint32_t change_points_[4] = {};
  std::uint32_t lowest_ = 0;
  bool by_walk_ = false;
  std::uintptr_t stacks_ = 0;
  std::jmp_buf harness_;
};

}  // namespace model
