// SPDX-License-Identifier: MIT
// Promise<T>: the producer's side of a future, for authors of executors and for tests.
#pragma once

#include <exception>
#include <stop_token>
#include <utility>

#include <fanout/future.hpp>

namespace fanout {

namespace detail {

[[noreturn]] void throw_already_set(const State& state);
[[noreturn]] void throw_null_exception();
std::exception_ptr broken_promise() noexcept;

// What a promise needs beyond a value: no callable, a stop source, and a choice between setters.
template <class T>
class PromiseState final : public ResultState<T> {
 public:
  template <class Make>
  void set(Make&& make) {
    claim();
    try {
      this->store(std::forward<Make>(make));
    } catch (...) {
      this->set_error(std::current_exception());
    }
    publish();
  }

  void set_exception(std::exception_ptr error) {
    claim();
    this->set_error(std::move(error));
    publish();
  }

  // The promise goes away: a future that still waits for its outcome fails.
  void break_promise() noexcept {
    if (this->done() || !settle()) return;
    this->set_error(broken_promise());
    if (!this->start() && this->done()) return;  // it was cancelled meanwhile
    this->finish();
  }

  std::stop_token stop_token() const noexcept { return stop_.get_token(); }

  std::string name() const override { return "a promise"; }

 protected:
  void invoke() override {}
  void discard() noexcept override {}
  std::stop_source* stop_source() noexcept override { return &stop_; }

  bool settle() noexcept override {
    // relaxed: only chooses who writes the outcome; finish() is what publishes it.
    return !settled_.exchange(true, std::memory_order_relaxed);
  }

 private:
  void claim() {
    if (this->done() || !settle()) throw_already_set(*this);
  }

  // A promise may be set while pending; a cancel in that moment wins, and the outcome is dropped.
  void publish() {
    if (!this->start() && this->done()) throw_already_set(*this);
    this->finish();
  }

  std::stop_source stop_;
  Atomic<bool> settled_{false};
};

}  // namespace detail

// Gives a future its outcome. Move-only; one thread at a time, except that a second setter gets an
// error and not undefined behaviour. A promise that goes away unset fails its future with
// BrokenPromise.
//
//   fanout::Promise<int> promise;
//   fanout::Future<int> future = promise.get_future();
//   if (promise.set_running_or_notify_cancel()) promise.set_value(compute());
template <class T>
class Promise {
 public:
  Promise() : state_(new detail::PromiseState<T>) {}
  Promise(Promise&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Promise& operator=(Promise other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Promise() {
    if (state_ == nullptr) return;
    state_->break_promise();
    state_->drop_handle();
  }

  // May be called any number of times; all handles are equal.
  Future<T> get_future() const { return detail::FutureAccess::share<Future<T>>(state()); }

  // False: the future was cancelled, do not run. True: it is running now and can no longer be
  // cancelled. Throws InvalidStateError if it is running or finished already.
  bool set_running_or_notify_cancel() {
    if (state().start()) return true;
    if (state().status() == detail::Status::cancelled) return false;
    detail::throw_already_set(state());
  }

  // Finishes the future; callbacks run in this thread. The arguments construct the value; none for
  // void. Throws InvalidStateError if the future is finished or cancelled.
  template <class... Args>
  void set_value(Args&&... args) {
    if constexpr (std::is_void_v<T>) {
      static_assert(sizeof...(Args) == 0, "Promise<void>::set_value() takes no argument");
      state().set([] {});
    } else if constexpr (std::is_reference_v<T>) {
      state().set([&]() -> T { return (args, ...); });
    } else {
      state().set([&] { return T(std::forward<Args>(args)...); });
    }
  }

  // Finishes the future with an exception; null throws std::invalid_argument.
  void set_exception(std::exception_ptr error) {
    if (error == nullptr) detail::throw_null_exception();
    state().set_exception(std::move(error));
  }

  // Asked through Future::request_stop.
  std::stop_token get_stop_token() const { return state().stop_token(); }

 private:
  detail::PromiseState<T>& state() const {
    if (state_ == nullptr) detail::throw_no_state();
    return *state_;
  }

  detail::PromiseState<T>* state_;
};

}  // namespace fanout
