// SPDX-License-Identifier: MIT
// A shared state with room for a value of type T, of a reference, or of nothing.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <fanout/detail/state.hpp>

namespace fanout::detail {

template <class T>
class ResultState : public State {
 public:
  using Stored = std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, T>;

  // Only when done without an error.
  decltype(auto) value() noexcept {
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*value_);
    } else {
      return static_cast<T&>(value_);
    }
  }

 protected:
  explicit ResultState(bool has_limit = false) noexcept : State(has_limit) {}

  ~ResultState() override {
    if (has_value_) std::destroy_at(std::addressof(value_));
  }

  const std::type_info& value_type() const noexcept override { return typeid(T); }

  // Stores what `make()` returns, without a copy or a move. The owner of the outcome, once.
  template <class Make>
  void store(Make&& make) {
    if constexpr (std::is_reference_v<T>) {
      value_ = std::addressof(make());
    } else {
      ::new (const_cast<void*>(static_cast<const volatile void*>(std::addressof(value_))))
          T(make());
    }
    has_value_ = true;
  }

 private:
  union {
    Stored value_;
  };
  bool has_value_ = false;
};

template <>
class ResultState<void> : public State {
 public:
  void value() const noexcept {}

 protected:
  using State::State;

  template <class Make>
  void store(Make&& make) {
    make();
  }
};

}  // namespace fanout::detail
