// SPDX-License-Identifier: MIT
// Whether a type can cross to another process, and a sentence that says what to do if it cannot.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <fanout/detail/function.hpp>
#include <fanout/detail/serialize/basic.hpp>
#include <fanout/detail/serialize/containers.hpp>
#include <fanout/detail/serialize/vocabulary.hpp>

namespace fanout {

class AnyFuture;

namespace detail {

// What a type lacks, taken by itself.
enum class Lack { nothing, value, function, capture, future, view, base, fields, constructor, own };

template <class T>
inline constexpr bool is_std_function = false;
template <class Signature>
inline constexpr bool is_std_function<std::function<Signature>> = true;

// Refers to elements of somebody else.
template <class T>
concept View = std::ranges::view<T> && !std::is_empty_v<T>;

template <class T>
concept Called = requires { &T::operator(); } && !std::is_aggregate_v<T>;

template <class T>
consteval bool has_constructor() {
  if constexpr (kind<T> == Kind::custom) {
    return requires { Access::make<T>(); };
  } else {
    return !std::is_abstract_v<T>;
  }
}

// NOLINTBEGIN(bugprone-branch-clone): the order of the questions matters.
template <class T>
consteval Lack lack_of() {
  if constexpr (std::is_reference_v<T>) {
    return Lack::value;
  } else if constexpr (kind<T> != Kind::none) {
    return has_constructor<T>() ? Lack::nothing : Lack::constructor;
  } else if constexpr (std::is_pointer_v<T>) {
    return Lack::value;
  } else if constexpr (!std::is_class_v<T>) {
    return Lack::own;
  } else if constexpr (requires(T& reference) {
                         typename T::type;
                         { reference.get() } -> std::same_as<typename T::type&>;
                       }) {
    return Lack::value;
  } else if constexpr (is_std_function<T>) {
    return Lack::function;
  } else if constexpr (Called<T>) {
    return Lack::capture;
  } else if constexpr (std::is_base_of_v<AnyFuture, T>) {
    return Lack::future;
  } else if constexpr (View<T>) {
    return Lack::view;
  } else if constexpr (HasBase<T>) {
    return Lack::base;
  } else if constexpr (std::is_aggregate_v<T>) {
    return Lack::fields;
  } else {
    return Lack::own;
  }
}
// NOLINTEND(bugprone-branch-clone)

// The first type within T, itself included, that cannot cross; void if there is none. `Seen` are
// those whose parts are being looked at: a tree consists of trees.
struct Nothing {};

template <class T, class... Seen>
struct Obstacle;

template <class Parts, class... Seen>
struct ObstacleIn {
  using type = Nothing;
};

template <class First, class... Rest, class... Seen>
struct ObstacleIn<Types<First, Rest...>, Seen...> {
  using Here = typename Obstacle<std::remove_cv_t<First>, Seen...>::type;
  static auto pick() {
    if constexpr (std::is_same_v<Here, Nothing>) {
      return std::type_identity<typename ObstacleIn<Types<Rest...>, Seen...>::type>{};
    } else {
      return std::type_identity<Here>{};
    }
  }
  using type = typename decltype(pick())::type;
};

template <class T, class... Seen>
struct Obstacle {
  static auto pick() {
    if constexpr ((std::is_same_v<T, Seen> || ...)) {
      return std::type_identity<Nothing>{};
    } else if constexpr (lack_of<T>() != Lack::nothing) {
      return std::type_identity<T>{};
    } else {
      return std::type_identity<typename ObstacleIn<typename Codec<T>::Parts, T, Seen...>::type>{};
    }
  }
  using type = typename decltype(pick())::type;
};

template <class T>
using ObstacleOf = typename Obstacle<std::remove_cv_t<T>>::type;

template <class T>
inline constexpr bool crosses = std::is_same_v<ObstacleOf<T>, Nothing>;

// One sentence for the type that is in the way.
template <class T, Lack Why = lack_of<T>()>
struct CannotCross {
  static_assert(
      Why != Lack::value,
      "fanout: a pointer or reference cannot cross to another process: pass the value, or "
      "a std::unique_ptr or std::shared_ptr to it");
  static_assert(Why != Lack::function,
                "fanout: a std::function cannot cross to another process: pass the function, a "
                "lambda without captures, or a struct with operator() and serializable members");
  static_assert(Why != Lack::capture,
                "fanout: a lambda with captures cannot cross to another process: pass what it "
                "captures as arguments, or make it a struct with operator() and serializable "
                "members");
  static_assert(Why != Lack::future,
                "fanout: a future cannot cross to another process: pass its result");
  static_assert(Why != Lack::view,
                "fanout: a view cannot cross to another process, where what it refers to does not "
                "exist: pass a std::string, std::vector or other container");
  static_assert(Why != Lack::base,
                "fanout: an aggregate with a base class cannot cross to another process by itself: "
                "give it `serialize(archive)`, or make the base a member");
  static_assert(Why != Lack::fields,
                "fanout: this aggregate cannot cross to another process by itself, because it has "
                "more than 32 members, or a reference, or an array beside a member without a "
                "default: give it `serialize(archive)`");
  static_assert(
      Why != Lack::constructor,
      "fanout: this type cannot cross to another process, because it cannot be made there "
      "before it is read: give it a default constructor");
  static_assert(Why != Lack::own,
                "fanout: this type cannot cross to another process: make it an aggregate of "
                "serializable members or give it `serialize(archive)`");
};

template <>
struct CannotCross<Nothing, Lack::nothing> {};

// A compile error unless T crosses. To be used in a branch of its own, so that no other error follows.
template <class T>
void explain() {
  [[maybe_unused]] const CannotCross<ObstacleOf<T>> cannot;
}

}  // namespace detail

template <class... Ts>
void Writer::operator()(const Ts&... values) {
  if constexpr ((detail::crosses<Ts> && ...)) {
    (detail::encode(*this, values), ...);
  } else {
    (detail::explain<Ts>(), ...);
  }
}

template <class... Ts>
void Reader::operator()(Ts&... values) {
  if constexpr ((detail::crosses<Ts> && ...)) {
    (detail::decode_into(*this, values), ...);
  } else {
    (detail::explain<Ts>(), ...);
  }
}

template <class T>
T Reader::value() {
  if constexpr (detail::crosses<T>) {
    return detail::decode<T>(*this);
  } else {
    detail::explain<T>();
  }
}

}  // namespace fanout
