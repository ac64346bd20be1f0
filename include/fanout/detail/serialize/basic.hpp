// SPDX-License-Identifier: MIT
// encode and decode, and the codecs of numbers, addresses, own types and aggregates.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include <fanout/detail/code_address.hpp>
#include <fanout/detail/serialize/archive.hpp>
#include <fanout/detail/serialize/fields.hpp>
#include <fanout/detail/serialize/kind.hpp>

namespace fanout::detail {

// For each kind of type a codec:
//
//   write(writer, value)
//   read(reader, value) or make(reader) -> T, whichever is natural; or both
//   smallest                the least number of bytes that a value takes, as far as is known
//   Parts                   Types<...> of what it consists of
template <class T, Kind = kind<T>>
struct Codec;

template <class T>
void encode(Writer& writer, const T& value) {
  Codec<T>::write(writer, value);
}

template <class T>
T decode(Reader& reader) {
  if constexpr (requires { Codec<T>::make(reader); }) {
    return Codec<T>::make(reader);
  } else {
    T value = Access::make<T>();
    Codec<T>::read(reader, value);
    return value;
  }
}

template <class T>
void decode_into(Reader& reader, T& value) {
  if constexpr (requires { Codec<T>::read(reader, value); }) {
    Codec<T>::read(reader, value);
  } else {
    value = Codec<T>::make(reader);
  }
}

// The size of what encode writes.
template <class T>
std::size_t encoded_size(const T& value) {
  Writer measure;
  encode(measure, value);
  return measure.size();
}

// Bulk types are the bytes that they lie in memory with, whatever these are: no padding, and no
// pattern that stands for no value (as most do for bool).
template <class T>
consteval bool is_bulk();

template <class T>
inline constexpr bool bulk = is_bulk<std::remove_cv_t<T>>();

template <class T, class... Parts>
consteval bool parts_are_bulk(Types<Parts...>) {
  return std::is_trivially_copyable_v<T> && (bulk<Parts> && ...) &&
         (sizeof(Parts) + ... + 0) == sizeof(T);
}

template <class T>
consteval bool is_bulk() {
  if constexpr (kind<T> == Kind::scalar) {
    return !std::same_as<T, bool> && !std::same_as<T, long double>;
  } else if constexpr (kind<T> == Kind::aggregate || kind<T> == Kind::duration ||
                       kind<T> == Kind::time_point) {
    return parts_are_bulk<T>(typename Codec<T>::Parts{});
  } else if constexpr (kind<T> == Kind::array || kind<T> == Kind::std_array) {
    return bulk<typename Codec<T>::Element>;
  } else if constexpr (kind<T> == Kind::complex) {
    return bulk<typename T::value_type> && sizeof(T) == 2 * sizeof(typename T::value_type);
  } else {
    return false;
  }
}

template <class T>
struct Codec<T, Kind::scalar> {
  using Parts = Types<>;

  // The x87 format has 80 bits in 16 bytes.
  static constexpr std::size_t smallest =
      std::same_as<T, long double> && std::numeric_limits<long double>::digits == 64 ? 10
                                                                                     : sizeof(T);

  static void write(Writer& writer, const T& value) { writer.write(&value, smallest); }

  static void read(Reader& reader, T& value) {
    if constexpr (std::same_as<T, bool>) {
      const auto byte = std::to_integer<unsigned>(*reader.take(1));
      if (byte > 1) throw_malformed("a bool that is neither true nor false");
      value = byte == 1;
    } else {
      reader.read(&value, smallest);
    }
  }
};

template <class T>
struct Codec<T, Kind::function> {
  using Parts = Types<>;
  static constexpr std::size_t smallest = sizeof(CodeAddress);

  static void write(Writer& writer, T value) {
    encode(writer, address_of_code(reinterpret_cast<std::uintptr_t>(value)));
  }
  static T make(Reader& reader) {
    return reinterpret_cast<T>(code_at(decode<CodeAddress>(reader)));
  }
};

// Data members are offsets, virtual functions places in a table; both are the same everywhere.
template <class T>
struct Codec<T, Kind::member> {
  using Parts = Types<>;
  static constexpr std::size_t smallest = sizeof(T);

  // As the Itanium ABI has it: an address, or else one more than the place in the table.
  struct Function {
    std::uintptr_t code;
    std::ptrdiff_t adjustment;
  };
  static constexpr bool of_function = std::is_member_function_pointer_v<T>;

  static bool is_address(const Function& function) {
#if defined(__arm__) || defined(__aarch64__)
    return function.code != 0 && (function.adjustment & 1) == 0;
#else
    return function.code != 0 && (function.code & 1) == 0;
#endif
  }

  static void write(Writer& writer, const T& value) {
    if constexpr (of_function) {
      static_assert(sizeof(T) == sizeof(Function));
      Function function;
      std::memcpy(&function, &value, sizeof(T));
      const bool address = is_address(function);
      encode(writer, address);
      encode(writer, address ? address_of_code(function.code) : CodeAddress{0, function.code});
      encode(writer, function.adjustment);
    } else {
      writer.write(&value, sizeof(T));
    }
  }

  static void read(Reader& reader, T& value) {
    if constexpr (of_function) {
      const bool address = decode<bool>(reader);
      const auto code = decode<CodeAddress>(reader);
      Function function{address ? code_at(code) : static_cast<std::uintptr_t>(code.offset),
                        decode<std::ptrdiff_t>(reader)};
      if (address != is_address(function)) throw_malformed("a pointer to a member function");
      std::memcpy(static_cast<void*>(&value), &function, sizeof(T));
    } else {
      reader.read(&value, sizeof(T));
    }
  }
};

template <class T>
struct Codec<T, Kind::stateless> {
  using Parts = Types<>;
  static constexpr std::size_t smallest = 0;

  static void write(Writer&, const T&) noexcept {}
  static T make(Reader&) { return T(); }
};

template <class T>
struct Codec<T, Kind::custom> {
  using Parts = Types<>;
  static constexpr std::size_t smallest = 0;

  static void write(Writer& writer, const T& value) {
    const Nesting nesting = writer.nest();
    if constexpr (SaveAndLoad<T>) {
      Access::save(writer, value);
    } else if constexpr (MemberSerialize<T>) {
      // One function serves both directions, so it takes a value that it could change.
      Access::serialize(writer, const_cast<T&>(value));
    } else {
      adl::call(writer, const_cast<T&>(value));
    }
  }

  static void read(Reader& reader, T& value) {
    const Nesting nesting = reader.nest();
    if constexpr (SaveAndLoad<T>) {
      Access::load(reader, value);
    } else if constexpr (MemberSerialize<T>) {
      Access::serialize(reader, value);
    } else {
      adl::call(reader, value);
    }
  }
};

template <class... Parts>
consteval std::size_t smallest_of(Types<Parts...>) {
  return (Codec<std::remove_cv_t<Parts>>::smallest + ... + 0);
}

template <class T>
struct Codec<T, Kind::aggregate> {
  using Parts =
      decltype(with_fields(std::declval<T&>(), [](auto types, auto&...) { return types; }));
  static constexpr std::size_t smallest = smallest_of(Parts{});

  // Constants can only be set when the value is made.
  template <class... Fields>
  static constexpr bool all_assignable(Types<Fields...>) {
    return !(std::is_const_v<Fields> || ...);
  }
  static constexpr bool set_later = std::default_initializable<T> && all_assignable(Parts{});

  static void write(Writer& writer, const T& value) {
    if constexpr (bulk<T>) {
      writer.write(&value, sizeof(T));
    } else {
      with_fields(value, [&writer](auto, const auto&... fields) { (encode(writer, fields), ...); });
    }
  }

  static void read(Reader& reader, T& value)
    requires set_later
  {
    if constexpr (bulk<T>) {
      reader.read(&value, sizeof(T));
    } else {
      with_fields(value, [&reader](auto, auto&... fields) { (decode_into(reader, fields), ...); });
    }
  }

  static T make(Reader& reader) {
    if constexpr (set_later) {
      T value{};
      read(reader, value);
      return value;
    } else {
      return make_of(reader, Parts{});
    }
  }

 private:
  // Braces: the members are read in their order.
  template <class... Fields>
  static T make_of(Reader& reader, Types<Fields...>) {
    return T{decode<std::remove_cv_t<Fields>>(reader)...};
  }
};

}  // namespace fanout::detail
