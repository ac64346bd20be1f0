// SPDX-License-Identifier: MIT
// Observer: a hook through which a pool tells what happens to its tasks.
#pragma once

#include <cstdint>
#include <string_view>

namespace fanout {

// One step in the life of a task. Valid during the call.
struct TaskEvent {
  enum class Kind { submitted, started, finished, failed, cancelled };

  Kind kind;
  std::uintptr_t task;    // the same for all events of a task; used again after the task is gone
  std::string_view name;  // TaskOptions::name, or a made-up one
  int worker;             // index of the worker thread; -1: another thread
};

// Derive from it and hand it to a pool in its options. Called by whichever thread makes the step,
// several at a time: keep it short, and throw nothing. A task's `finished` or `failed` comes before
// its future is done. A pool without an observer pays one comparison per step.
//
//   struct Counter : fanout::Observer {
//     std::atomic<int> started{0};
//     void on_event(const fanout::TaskEvent& event) noexcept override {
//       if (event.kind == fanout::TaskEvent::Kind::started) ++started;
//     }
//   };
class Observer {
 public:
  virtual void on_event(const TaskEvent& event) noexcept = 0;

 protected:
  ~Observer() = default;
};

}  // namespace fanout
