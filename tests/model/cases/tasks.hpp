// SPDX-License-Identifier: MIT
// A task without an executor: the case decides who runs it, and when.
#pragma once

#include <utility>

#include <fanout/detail/task.hpp>
#include <fanout/fanout.hpp>

namespace model {

template <class Fn>
auto make_task(Fn fn) {
  using Task = fanout::detail::Task<Fn>;
  using T = typename fanout::detail::CallTraits<Fn>::Result;
  return fanout::detail::FutureAccess::adopt<fanout::Future<T>>(new Task(false, std::move(fn)));
}

inline fanout::detail::State& state_of(const fanout::AnyFuture& future) {
  return *fanout::detail::FutureAccess::state_of(future);
}

// What a worker does with a task that needs no queue. Says whether it ran.
inline bool start_and_run(fanout::detail::State& state) {
  if (!state.start()) return false;
  state.run();
  state.finish();
  return true;
}

// The place of a task in a queue.
struct Shell {
  fanout::detail::State* state;

  // What a worker does that takes it out.
  bool run() const {
    const bool started = state->start_dequeued();
    if (started) {
      state->run();
      state->finish();
    } else {
      state->leave_queue();
    }
    return started;
  }
};

// An executor that is told of cancelled tasks.
class Listening final : public fanout::detail::Owner {
 public:
  void on_cancel(fanout::detail::State&) noexcept override { ++cancelled; }
  int cancelled = 0;
};

inline Shell enqueue(const fanout::AnyFuture& future, fanout::detail::Owner& owner) {
  state_of(future).enqueue_for(owner);
  return {&state_of(future)};
}

}  // namespace model
