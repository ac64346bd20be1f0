// SPDX-License-Identifier: MIT
// How many members an aggregate has, and whether it has base classes.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace fanout::detail {

inline constexpr std::size_t most_fields = 32;

// Stands for an initialiser of any type. Never defined: only whether it would fit is asked.
struct Anything {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): that it is implicit is the point
};

// Stands for an initialiser of any base class of T.
template <class T>
struct AnyBaseOf {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const;  // NOLINT(google-explicit-constructor): as above
};

template <class T>
concept HasBase = std::is_aggregate_v<T> && requires { T{AnyBaseOf<T>{}}; };

template <class T, std::size_t... I>
consteval bool takes_anything(std::index_sequence<I...>) {
  return requires { T{((void)I, Anything{})...}; };
}

// Where some member has no default: the most initialisers that fit. (An array beside it would take
// one for each element, and is then refused.)
template <class T, std::size_t N = most_fields>
consteval std::size_t count_by_conversion() {
  if constexpr (N == 0 || takes_anything<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    return count_by_conversion<T, N - 1>();
  }
}

// A pair of empty braces initialises one member, be it a number, a class or an array; since no pack
// expands to them, this is written out. More than most_fields: any number more.
// clang-format off
template <class T>
consteval std::size_t count_fields() {
  if constexpr (!requires { T{}; }) return count_by_conversion<T>();
  else if constexpr (!requires { T{{}}; }) return 0;
  else if constexpr (!requires { T{{},{}}; }) return 1;
  else if constexpr (!requires { T{{},{},{}}; }) return 2;
  else if constexpr (!requires { T{{},{},{},{}}; }) return 3;
  else if constexpr (!requires { T{{},{},{},{},{}}; }) return 4;
  else if constexpr (!requires { T{{},{},{},{},{},{}}; }) return 5;
  else if constexpr (!requires { T{{},{},{},{},{},{},{}}; }) return 6;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{}}; }) return 7;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{}}; }) return 8;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{}}; }) return 9;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{}}; }) return 10;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 11;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 12;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 13;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 14;
  else if constexpr (!requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 15;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 16;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 17;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 18;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 19;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 20;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 21;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 22;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 23;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 24;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 25;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{}}; }) return 26;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{},{}}; }) return 27;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{},{},{}}; }) return 28;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 29;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 30;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 31;
  else if constexpr (!requires {
    T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
      {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 32;
  else return most_fields + 1;
}
// clang-format on

}  // namespace fanout::detail
