// SPDX-License-Identifier: MIT
// Future<T>: a handle to the outcome of a task; AnyFuture: the same without the type of the value.
#pragma once

#include <compare>
#include <cstddef>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include <fanout/detail/callback.hpp>
#include <fanout/detail/chrono.hpp>
#include <fanout/detail/result_state.hpp>
#include <fanout/errors.hpp>

namespace fanout {

namespace detail {
struct FutureAccess;
template <class F>
class FutureAwaiter;
}  // namespace detail

// A handle to the outcome of a task, whatever the type of its value: for containers of mixed
// futures. Handles are cheap to copy; copies are equal, order and hash alike, and refer to the same
// task. Dropping all handles neither cancels the task nor waits for it. All members may be called
// by any thread, several at a time on different handles; on an empty handle all but valid() and the
// comparisons throw InvalidStateError.
//
//   std::vector<fanout::AnyFuture> all{executor.submit(load), executor.submit(count, 3)};
//   fanout::wait(all);
class AnyFuture {
 public:
  AnyFuture() noexcept = default;
  AnyFuture(const AnyFuture& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->add_handle();
  }
  AnyFuture(AnyFuture&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  AnyFuture& operator=(AnyFuture other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~AnyFuture() {
    if (state_ != nullptr) state_->drop_handle();
  }

  // Is there a task behind this handle? False for a default-constructed and a moved-from one.
  bool valid() const noexcept { return state_ != nullptr; }

  // Finished or cancelled. Never blocks.
  bool done() const { return state().done(); }

  // A worker is executing the task. Never blocks.
  bool running() const { return state().is_running(); }

  // The task was cancelled. Never blocks.
  bool cancelled() const { return state().status() == detail::Status::cancelled; }

  // The task finished by throwing. Never blocks; unlike exception() it does not count as having
  // looked at the failure (see on_unhandled_exception).
  bool failed() const { return state().failed(); }

  // For people and logs, as Python's repr(): "<Future state=pending>", "<Future state=finished returned
  // int>", "<Future state=finished raised std::runtime_error>". Never blocks.
  std::string describe() const { return state().describe(); }

  // Cancels the task unless it is running or finished. True: it will never run, every waiter knows,
  // and its callable and arguments have been destroyed (the destructors and the callbacks run in
  // this thread).
  bool cancel() const { return state().cancel(); }

  // Asks the task to stop, through the std::stop_token that it took as its first parameter; what
  // becomes of the future is still up to the task. True if this call made the request: false if it
  // was made before, if the task is done, or takes no token.
  bool request_stop() const { return state().request_stop(); }

  // Blocks until done; never throws what the task threw. In a task of the same pool, an awaited
  // task that has not started is run by this call; a wait that would close a circle throws
  // DeadlockError.
  void wait() const { state().wait(); }

  // Blocks until done or until the time is over, and says whether it is done. Any duration; zero
  // and negative ones only look.
  template <class Rep, class Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) const {
    return state().wait_until(detail::Deadline::after(timeout));
  }

  // Blocks until done. The exception of the task, null if it succeeded; throws CancelledError. All
  // callers get the same exception object: handlers must not change it.
  std::exception_ptr exception() const {
    return state().wait_for_exception(detail::Deadline::never());
  }

  // As exception(), but throws TimeoutError when the time is over; the future is unchanged.
  template <class Rep, class Period>
  std::exception_ptr exception(std::chrono::duration<Rep, Period> timeout) const {
    return state().wait_for_exception(detail::Deadline::after(timeout));
  }

  // Calls f(AnyFuture) once when done: on the thread that completes the task, after all waiters
  // were woken, in order of registration; at once, in this thread, if it is done already. What f
  // throws goes to on_unhandled_exception. f may submit, cancel, add callbacks and shut executors
  // down.
  template <class Fn>
  void add_done_callback(Fn&& f) const {
    detail::add_callback(state(), *this, std::forward<Fn>(f));
  }

  // Identity: do both handles refer to the same task (or both to none)?
  friend bool operator==(const AnyFuture& a, const AnyFuture& b) noexcept {
    return a.state_ == b.state_;
  }
  template <class Stream>
    requires requires(Stream& stream, std::string text) { stream << text; }
  friend Stream& operator<<(Stream& stream, const AnyFuture& future) {
    stream << (future.valid() ? future.describe() : "<Future empty>");
    return stream;
  }

  friend std::strong_ordering operator<=>(const AnyFuture& a, const AnyFuture& b) noexcept {
    return std::compare_three_way{}(a.state_, b.state_);
  }

 protected:
  explicit AnyFuture(detail::State* adopted) noexcept : state_(adopted) {}

  detail::State& state() const {
    if (state_ == nullptr) detail::throw_no_state();
    return *state_;
  }

 private:
  friend struct detail::FutureAccess;
  friend struct std::hash<AnyFuture>;

  detail::State* state_ = nullptr;
};

// A handle to the outcome of a task that returns T: a value (move-only types too), a reference or
// void.
//
//   fanout::Future<std::string> future = executor.submit(fetch_page, url);
//   const std::string& page = future.result();  // or the exception that fetch_page threw
template <class T>
class Future : public AnyFuture {
  static_assert(!std::is_rvalue_reference_v<T> && std::is_same_v<T, std::remove_cv_t<T>>,
                "Future<T>: T is a value, an lvalue reference or void, not const");

 public:
  // What result() returns to a handle that stays: const T&, or T& for references, or nothing.
  using Reference = std::conditional_t<std::is_reference_v<T> || std::is_void_v<T>, T,
                                       std::add_lvalue_reference_t<std::add_const_t<T>>>;

  Future() noexcept = default;

  // Blocks until done; the value, which lives in the shared state as long as any handle does.
  // Throws what the task threw, CancelledError, DeadlockError (see wait), or InvalidStateError
  // after take().
  Reference result() const& { return result_before(detail::Deadline::never()); }

  // As result(), but throws TimeoutError when the time is over; the future is unchanged.
  template <class Rep, class Period>
  Reference result(std::chrono::duration<Rep, Period> timeout) const& {
    return result_before(detail::Deadline::after(timeout));
  }

  // By value, so that executor.submit(f).result() never dangles: moved out if this is the last
  // handle, copied otherwise. For a move-only T the same as take().
  T result() && { return value_before(detail::Deadline::never()); }

  template <class Rep, class Period>
  T result(std::chrono::duration<Rep, Period> timeout) && {
    return value_before(detail::Deadline::after(timeout));
  }

  // Blocks until done and moves the value out, once: later calls of result() and take(), through
  // any handle, throw InvalidStateError. Throws otherwise as result() does, and then the value
  // stays.
  T take() const { return take_before(detail::Deadline::never()); }

  template <class Rep, class Period>
  T take(std::chrono::duration<Rep, Period> timeout) const {
    return take_before(detail::Deadline::after(timeout));
  }

  // As AnyFuture::add_done_callback, but calls f(Future<T>).
  template <class Fn>
  void add_done_callback(Fn&& f) const {
    detail::add_callback(state(), *this, std::forward<Fn>(f));
  }

  // In a coroutine: resumes it on the thread that completes the task, and yields what result()
  // would; a temporary yields by value.
  detail::FutureAwaiter<const Future&> operator co_await() const&;
  detail::FutureAwaiter<Future> operator co_await() &&;

 private:
  friend struct detail::FutureAccess;
  template <class F>
  friend class detail::FutureAwaiter;

  using AnyFuture::AnyFuture;

  detail::ResultState<T>& typed() const { return static_cast<detail::ResultState<T>&>(state()); }

  Reference result_before(detail::Deadline deadline) const {
    state().wait_for_value(deadline);
    return typed().value();
  }

  T value_before(detail::Deadline deadline) const {
    if constexpr (std::is_void_v<T> || std::is_reference_v<T>) {
      return result_before(deadline);
    } else if constexpr (!std::is_copy_constructible_v<T>) {
      return take_before(deadline);
    } else {
      state().wait_for_value(deadline);
      if (!state().has_one_handle()) return static_cast<const T&>(typed().value());
      state().claim_value();
      return std::move(typed().value());
    }
  }

  T take_before(detail::Deadline deadline) const {
    state().wait_for_value(deadline);
    state().claim_value();
    if constexpr (std::is_void_v<T> || std::is_reference_v<T>) {
      return typed().value();
    } else {
      return std::move(typed().value());
    }
  }
};

namespace detail {

// The passage between handles and states, for the rest of the library.
struct FutureAccess {
  template <class F>
  static F adopt(State* state) noexcept {
    return F(state);
  }
  template <class F>
  static F share(State& state) noexcept {
    state.add_handle();
    return F(&state);
  }
  static State* state_of(const AnyFuture& future) noexcept { return future.state_; }
  static State* release(AnyFuture& future) noexcept {
    return std::exchange(future.state_, nullptr);
  }
};

}  // namespace detail
}  // namespace fanout

template <>
struct std::hash<fanout::AnyFuture> {
  std::size_t operator()(const fanout::AnyFuture& future) const noexcept {
    // Blocks are at least 16 bytes apart; without the shift a table of 2^n buckets would use few.
    return reinterpret_cast<std::uintptr_t>(future.state_) >> 4;
  }
};

template <class T>
struct std::hash<fanout::Future<T>> : std::hash<fanout::AnyFuture> {};

#include <fanout/detail/awaiter.hpp>
