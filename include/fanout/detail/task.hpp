// SPDX-License-Identifier: MIT
// One allocation for everything a task needs: shared state, callable, arguments and result.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fanout/detail/function.hpp>
#include <fanout/detail/result_state.hpp>

namespace fanout::detail {

// An empty stand-in where a task needs no stop source.
struct NoStopSource {};

// How `fn` is called: with its arguments, or with the task's stop token before them.
template <class Fn, class... Args>
struct CallTraits {
  static constexpr bool plain = std::is_invocable_v<std::decay_t<Fn>, std::decay_t<Args>...>;
  // Asked only if it is not plain: merely asking compiles the body of a callable that deduces what
  // it returns.
  static constexpr bool with_token = std::conjunction_v<
      std::bool_constant<!plain>,
      std::is_invocable<std::decay_t<Fn>, std::stop_token, std::decay_t<Args>...>>;

  static auto result() {
    if constexpr (with_token) {
      return std::type_identity<
          std::invoke_result_t<std::decay_t<Fn>, std::stop_token, std::decay_t<Args>...>>{};
    } else if constexpr (plain) {
      return std::type_identity<std::invoke_result_t<std::decay_t<Fn>, std::decay_t<Args>...>>{};
    } else {
      return std::type_identity<void>{};
    }
  }

  using Returned = typename decltype(result())::type;

  // An rvalue reference would dangle, and a const value could not be moved out.
  using Result = std::conditional_t<std::is_lvalue_reference_v<Returned>, Returned,
                                    std::remove_cvref_t<Returned>>;
};

// Fn and Args are decayed.
template <class Fn, class... Args>
class Task : public ResultState<typename CallTraits<Fn, Args...>::Result> {
  using Traits = CallTraits<Fn, Args...>;
  using T = typename Traits::Result;
  using Base = ResultState<T>;

 public:
  template <class F, class... As>
  explicit Task(bool has_limit, F&& fn, As&&... args)
      : Base(has_limit), call_(std::forward<F>(fn), std::forward<As>(args)...) {}

  ~Task() override {}  // call_ is gone: run() and cancel() discard it, one of them happened

 protected:
  void invoke() override {
    if (this->has_limit()) [[unlikely]] {
      invoke_against_limit();
    } else {
      this->store([this]() -> typename Traits::Returned { return call(); });
    }
  }

  void discard() noexcept override { std::destroy_at(std::addressof(call_)); }

  const std::type_info& callable_type() const noexcept override { return typeid(Fn); }

  std::stop_source* stop_source() noexcept override {
    if constexpr (Traits::with_token) {
      return &stop_;
    } else {
      return nullptr;
    }
  }

 private:
  typename Traits::Returned call() {
    return std::apply(
        [&](auto& fn, auto&... args) -> typename Traits::Returned {
          if constexpr (Traits::with_token) {
            return detail::invoke(std::move(fn), stop_.get_token(), std::move(args)...);
          } else {
            return detail::invoke(std::move(fn), std::move(args)...);
          }
        },
        call_);
  }

  // The value goes to a local first: the state may be finished, and read, before the call returns.
  void invoke_against_limit() {
    if constexpr (std::is_void_v<T>) {
      call();
      (void)this->settle();
    } else if constexpr (std::is_reference_v<T>) {
      T value = call();
      if (this->settle()) this->store([&]() -> T { return value; });
    } else if constexpr (std::is_move_constructible_v<T>) {
      T value = call();
      if (!this->settle()) return;
      try {
        this->store([&]() -> T&& { return std::move(value); });
      } catch (...) {
        this->set_error(std::current_exception());  // run() would ask settle() again
      }
    }
  }

  union {
    std::tuple<Fn, Args...> call_;
  };
  [[no_unique_address]] std::conditional_t<Traits::with_token, std::stop_source, NoStopSource>
      stop_;
};

// A task with a name, and perhaps a limit to the time that it may run.
template <class Fn, class... Args>
class NamedTask final : public Task<Fn, Args...> {
 public:
  template <class F, class... As>
  NamedTask(std::string name, double limit_seconds, bool has_limit, F&& fn, As&&... args)
      : Task<Fn, Args...>(has_limit, std::forward<F>(fn), std::forward<As>(args)...),
        name_(std::move(name)),
        limit_seconds_(limit_seconds) {}

  std::string name() const override { return name_.empty() ? State::name() : name_; }
  double limit_seconds() const noexcept override { return limit_seconds_; }

 protected:
  bool settle() noexcept override {
    // relaxed: only chooses who writes the outcome; finish() is what publishes it.
    return !this->has_limit() || !settled_.exchange(true, std::memory_order_relaxed);
  }

 private:
  const std::string name_;
  const double limit_seconds_;
  Atomic<bool> settled_{false};
};

}  // namespace fanout::detail
