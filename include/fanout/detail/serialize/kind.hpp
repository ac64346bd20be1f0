// SPDX-License-Identifier: MIT
// Which kind of type a type is, as far as its bytes are concerned.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <fanout/detail/serialize/archive.hpp>
#include <fanout/detail/serialize/fields.hpp>

namespace fanout::detail {

// Types of the standard library are known by what they look like, not by name, so that nobody pays
// for headers of types that he does not use; and types of others that look the same cross as well.
enum class Kind {
  none,
  custom,     // has serialize(), or save() and load()
  scalar,     // arithmetic types, enums, std::byte
  function,   // a pointer to a function
  member,     // a pointer to a member
  stateless,  // an empty class: nothing to write
  bits,       // std::vector<bool>
  bitset,     // std::bitset
  sequence,   // grows at an end: string, vector, deque, list, forward_list
  keyed,      // sets and maps
  adaptor,    // stack, queue, priority_queue
  array,      // T[n]
  std_array,
  tuple,  // pair, tuple
  optional,
  variant,
  owner,     // unique_ptr, shared_ptr
  duration,  // of std::chrono
  time_point,
  path,  // std::filesystem::path
  complex,
  error_code,
  aggregate,  // all else that is an aggregate without base classes
};

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, Int128> ||
                 std::same_as<T, Uint128>;

// A found name stops the search, so only argument-dependent lookup finds a free serialize().
namespace adl {
void serialize() = delete;

template <class Archive, class T>
auto call(Archive& archive, T& value) -> decltype(serialize(archive, value)) {
  return serialize(archive, value);
}
}  // namespace adl

template <class T>
concept InheritsSerialize = requires { requires Access::template inherits_serialize<T>(); };

template <class T>
concept Extended = requires { requires adds_to<T>(&T::clear); };

template <class T>
concept MemberSerialize =
    !InheritsSerialize<T> && requires(T& value, Writer& writer, Reader& reader) {
      Access::serialize(writer, value);
      Access::serialize(reader, value);
    };

template <class T>
concept FreeSerialize = requires(T& value, Writer& writer, Reader& reader) {
  adl::call(writer, value);
  adl::call(reader, value);
};

template <class T>
concept SaveAndLoad = requires(const T& from, T& to, Writer& writer, Reader& reader) {
  Access::save(writer, from);
  Access::load(reader, to);
};

template <class T>
concept Custom = MemberSerialize<T> || SaveAndLoad<T> || FreeSerialize<T>;

template <class T>
concept Ranged = requires(T& value) {
  typename T::value_type;
  value.begin();
  value.end();
};

template <class T>
concept Growable = Ranged<T> && !Extended<T> && std::default_initializable<T> && requires(T& value) {
  value.clear();
} && (requires(T& value, typename T::value_type element) {
  value.push_back(static_cast<typename T::value_type&&>(element));
} || requires(T& value, typename T::value_type element) {
  value.push_front(static_cast<typename T::value_type&&>(element));
});

template <class T>
concept Keyed = Ranged<T> && !Extended<T> && std::default_initializable<T> &&
                requires(T& value, typename T::value_type element) {
                  typename T::key_type;
                  value.clear();
                  value.insert(value.end(), static_cast<typename T::value_type&&>(element));
                };

template <class T>
concept BitVector =
    Growable<T> && std::same_as<typename T::value_type, bool> &&
    !std::same_as<typename T::reference, bool&> && requires(T& value) { value.flip(); };

template <class T>
concept Bitset = std::default_initializable<T> && requires(T& value, std::size_t i) {
  { value.test(i) } -> std::same_as<bool>;
  value.set(i, true);
  value.flip(i);
  value.none();
};

template <class T>
concept Adaptor = std::default_initializable<T> && !Ranged<T> && requires(T& value) {
  typename T::container_type;
  value.pop();
  value.size();
};

template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

template <class T>
concept StdArray = Ranged<T> && TupleLike<T>;

template <class T>
concept Optional = std::default_initializable<T> && requires(T& value) {
  typename T::value_type;
  value.has_value();
  *value;
  value.reset();
  value.emplace(static_cast<typename T::value_type&&>(*value));
};

template <class T>
concept Variant = requires(T& value) {
  value.index();
  value.valueless_by_exception();
};

// Owns one object that `delete` ends; a pointer to an array does not say how long it is.
template <class T>
concept OwningPointer = std::default_initializable<T> &&
                        requires(T& value) {
                          typename T::element_type;
                          value.get();
                          value.reset();
                          *value;
                        } && !std::is_array_v<typename T::element_type> &&
                        std::constructible_from<T, typename T::element_type*>;

template <class T>
concept Duration = requires(const T& value) {
  typename T::rep;
  typename T::period;
  value.count();
};

template <class T>
concept TimePoint = requires(const T& value) {
  typename T::clock;
  typename T::duration;
  value.time_since_epoch();
};

template <class T>
concept Path = requires(const T& value) {
  typename T::string_type;
  value.native();
  value.root_path();
  T::preferred_separator;
};

template <class T>
concept Complex = requires(const T& value) {
  typename T::value_type;
  value.real();
  value.imag();
  T(value.real(), value.imag());
};

template <class T>
concept ErrorCode = requires(const T& value) {
  value.category().name();
  { value.value() } -> std::same_as<int>;
  value.default_error_condition();
  T(value.value(), value.category());
};

template <class T>
inline constexpr bool is_function_pointer =
    std::is_pointer_v<T> && std::is_function_v<std::remove_pointer_t<T>>;

// The first that fits: one line each.
// clang-format off
// NOLINTBEGIN(bugprone-branch-clone): the order of the questions matters.
template <class T>
consteval Kind kind_of() {
  if constexpr (Scalar<T>) return Kind::scalar;
  else if constexpr (is_function_pointer<T>) return Kind::function;
  else if constexpr (std::is_member_pointer_v<T>) return Kind::member;
  else if constexpr (std::is_bounded_array_v<T>) return Kind::array;
  else if constexpr (!std::is_class_v<T>) return Kind::none;
  else if constexpr (Custom<T>) return Kind::custom;
  else if constexpr (HasBase<T>) return Kind::none;
  else if constexpr (std::is_empty_v<T> && std::default_initializable<T>) return Kind::stateless;
  else if constexpr (Path<T>) return Kind::path;
  else if constexpr (StdArray<T>) return Kind::std_array;
  else if constexpr (TupleLike<T>) return Kind::tuple;
  else if constexpr (BitVector<T>) return Kind::bits;
  else if constexpr (Bitset<T>) return Kind::bitset;
  else if constexpr (Growable<T>) return Kind::sequence;
  else if constexpr (Keyed<T>) return Kind::keyed;
  else if constexpr (Adaptor<T>) return Kind::adaptor;
  else if constexpr (Variant<T>) return Kind::variant;
  else if constexpr (OwningPointer<T>) return Kind::owner;
  else if constexpr (Duration<T>) return Kind::duration;
  else if constexpr (TimePoint<T>) return Kind::time_point;
  else if constexpr (Complex<T>) return Kind::complex;
  else if constexpr (ErrorCode<T>) return Kind::error_code;
  else if constexpr (Optional<T>) return Kind::optional;
  else if constexpr (!std::is_aggregate_v<T>) return Kind::none;
  else if constexpr (count_fields<T>() == 0 || count_fields<T>() > most_fields) return Kind::none;
  else return Kind::aggregate;
}
// NOLINTEND(bugprone-branch-clone)
// clang-format on

template <class T>
inline constexpr Kind kind = kind_of<std::remove_cv_t<T>>();

}  // namespace fanout::detail
