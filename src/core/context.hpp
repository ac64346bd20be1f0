// SPDX-License-Identifier: MIT
// What the current thread is doing for fanout: the tasks on its stack, and who can help it to wait.
#pragma once

#include <fanout/detail/state.hpp>

namespace fanout::detail {

// A task that is running on this thread's stack, and the one beneath it that waits for it.
struct Frame {
  State* task;
  Frame* below;
};

// What a thread of an executor can do while it waits, as core sees it.
class Helper {
 public:
  // The executor whose states it can help to finish.
  virtual const Owner* owner() const noexcept = 0;

  // Finishes the awaited state on this thread if it is of that executor: a worker thread runs it,
  // and no other, if it has not started. Says whether it is done.
  virtual bool run_awaited(State& state) = 0;

 protected:
  ~Helper() = default;
};

struct Context {
  Frame* frame = nullptr;
  Helper* helper = nullptr;
};

// Constant-initialised, so that access needs no guard.
extern constinit thread_local Context context;

// Pushes a frame for a scope.
class RunningScope {
 public:
  explicit RunningScope(State& task) noexcept : frame_{&task, context.frame} {
    context.frame = &frame_;
  }
  ~RunningScope() { context.frame = frame_.below; }
  RunningScope(const RunningScope&) = delete;
  RunningScope& operator=(const RunningScope&) = delete;

 private:
  Frame frame_;
};

}  // namespace fanout::detail
