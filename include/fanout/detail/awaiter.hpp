// SPDX-License-Identifier: MIT
// co_await future: the listener lives in the coroutine's frame.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include <fanout/future.hpp>

namespace fanout::detail {

// F is `const Future<T>&`, a handle that outlives the await, or `Future<T>`, a temporary kept here.
template <class F>
class FutureAwaiter {
 public:
  explicit FutureAwaiter(F&& future) noexcept : future_(std::forward<F>(future)) {}

  bool await_ready() const { return future_.done(); }

  // False: it was done after all, go on at once.
  bool await_suspend(std::coroutine_handle<> coroutine) {
    void* place = room_;
    std::size_t size = sizeof(room_);
    auto* const listener =
        ::new (std::align(alignof(Resumer), sizeof(Resumer), place, size)) Resumer(coroutine);
    return FutureAccess::state_of(future_)->add_listener(*listener);
  }

  decltype(auto) await_resume() { return std::forward<F>(future_).result(); }

 private:
  struct Resumer final : Listener {
    explicit Resumer(std::coroutine_handle<> suspended) noexcept
        : Listener(&resume, Kind::callback), coroutine(suspended) {}

    static void resume(Listener* listener) noexcept {
      try {
        static_cast<Resumer*>(listener)->coroutine.resume();  // *listener may be gone
      } catch (...) {
        report_unhandled(std::current_exception(), "a coroutine that awaited a future");
      }
    }

    std::coroutine_handle<> coroutine;
  };

  F future_;
  // Compilers align coroutine frames to 16 bytes, whatever lives in them, and a listener wants
  // more.
  unsigned char room_[sizeof(Resumer) + alignof(Resumer)];
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
