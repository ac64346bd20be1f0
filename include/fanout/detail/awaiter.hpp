// SPDX-License-Identifier: MIT
// co_await future: the listener lives in the coroutine's frame.
#pragma once

#include <coroutine>
#include <utility>

#include <fanout/future.hpp>

namespace fanout::detail {

// F is `const Future<T>&`, a handle that outlives the await, or `Future<T>`, a temporary kept here.
template <class F>
class FutureAwaiter : private Listener {
 public:
  explicit FutureAwaiter(F&& future) noexcept
      : Listener(&resume, Kind::callback), future_(std::forward<F>(future)) {}

  bool await_ready() const { return future_.done(); }

  // False: it was done after all, go on at once.
  bool await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    return FutureAccess::state_of(future_)->add_listener(*this);
  }

  decltype(auto) await_resume() { return std::forward<F>(future_).result(); }

 private:
  static void resume(Listener* listener) noexcept {
    try {
      static_cast<FutureAwaiter*>(listener)->coroutine_.resume();  // *this may be gone
    } catch (...) {
      report_unhandled(std::current_exception(), "a coroutine that awaited a future");
    }
  }

  F future_;
  std::coroutine_handle<> coroutine_;
};

}  // namespace fanout::detail

namespace fanout {

template <class T>
detail::FutureAwaiter<const Future<T>&> Future<T>::operator co_await() const& {
  return detail::FutureAwaiter<const Future<T>&>(*this);
}

template <class T>
detail::FutureAwaiter<Future<T>> Future<T>::operator co_await() && {
  return detail::FutureAwaiter<Future<T>>(std::move(*this));
}

}  // namespace fanout
