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

// A worker, as core sees it.
class Helper {
 public:
  // Runs the awaited state, and no other, on this thread if it belongs to the worker's pool and has
  // not started. Says whether it did.
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
