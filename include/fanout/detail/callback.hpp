// SPDX-License-Identifier: MIT
// The listener behind add_done_callback.
#pragma once

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <fanout/detail/function.hpp>
#include <fanout/detail/state.hpp>

namespace fanout::detail {

// Holds a handle, so the state lives until its callbacks ran; being notified breaks that cycle.
template <class F, class Fn>
struct Callback final : Listener {
  Callback(F done, Fn&& callable)
      : Listener(&run, Kind::callback), future(std::move(done)), fn(std::forward<Fn>(callable)) {}

  static void run(Listener* listener) noexcept {
    std::unique_ptr<Callback> self(static_cast<Callback*>(listener));
    try {
      detail::invoke(std::move(self->fn), std::move(self->future));
    } catch (...) {
      report_unhandled(std::current_exception(), "a done callback");
    }
  }

  F future;
  std::decay_t<Fn> fn;
};

template <class F, class Fn>
void add_callback(State& state, const F& future, Fn&& fn) {
  static_assert(std::is_invocable_v<std::decay_t<Fn>, F>,
                "add_done_callback(f): f must be callable with the future");
  auto callback = std::make_unique<Callback<F, Fn>>(future, std::forward<Fn>(fn));
  if (state.add_listener(*callback)) {
    callback.release();  // the completing thread owns it now
  } else {
    Callback<F, Fn>::run(callback.release());
  }
}

}  // namespace fanout::detail
