// SPDX-License-Identifier: MIT
// The codecs of tuples, optional values, owners, times and paths.
#pragma once

#include <string_view>
#include <tuple>
#include <typeinfo>

#include <fanout/detail/serialize/basic.hpp>

namespace fanout::detail {

// The category of that name, or null: generic, system, iostream and future are known. It is a
// std::error_category, whose header is not needed here.
const void* error_category_named(std::string_view name);
[[noreturn]] void throw_unknown_category(std::string_view name);
[[noreturn]] void throw_derived(const std::type_info& object, const std::type_info& pointer);

template <class T>
struct Codec<T, Kind::tuple> {
  template <std::size_t... I>
  static Types<std::tuple_element_t<I, T>...> parts(std::index_sequence<I...>);

  using Parts = decltype(parts(std::make_index_sequence<std::tuple_size_v<T>>{}));
  static constexpr std::size_t smallest = smallest_of(Parts{});

  static void write(Writer& writer, const T& value) {
    std::apply([&writer](const auto&... elements) { (encode(writer, elements), ...); }, value);
  }
  static T make(Reader& reader) { return make_of(reader, Parts{}); }

 private:
  // Braces: the elements are read in their order.
  template <class... Elements>
  static T make_of([[maybe_unused]] Reader& reader, Types<Elements...>) {
    return T{decode<std::remove_cv_t<Elements>>(reader)...};
  }
};

template <class T>
struct Codec<T, Kind::optional> {
  using Value = std::remove_const_t<typename T::value_type>;
  using Parts = Types<Value>;
  static constexpr std::size_t smallest = 1;

  static void write(Writer& writer, const T& value) {
    encode(writer, value.has_value());
    if (value.has_value()) encode(writer, *value);
  }
  static T make(Reader& reader) {
    T value;
    if (decode<bool>(reader)) value.emplace(decode<Value>(reader));
    return value;
  }
};

template <template <class...> class V, class... Ts>
struct Codec<V<Ts...>, Kind::variant> {
  using T = V<Ts...>;
  using Parts = Types<Ts...>;
  static constexpr std::size_t smallest = 1;

  static void write(Writer& writer, const T& value) {
    if (value.valueless_by_exception()) throw_malformed("a variant without a value");
    writer.write_count(value.index());
    write_one(writer, value, std::index_sequence_for<Ts...>{});
  }

  static T make(Reader& reader) { return make_one(reader, std::index_sequence_for<Ts...>{}); }

 private:
  template <std::size_t... I>
  static void write_one(Writer& writer, const T& value, std::index_sequence<I...>) {
    ((value.index() == I ? encode(writer, *get_if<I>(&value)) : void()), ...);
  }

  template <std::size_t I, class Value>
  static T make_at(Reader& reader) {
    return T(std::in_place_index<I>, decode<Value>(reader));
  }

  template <std::size_t... I>
  static T make_one(Reader& reader, std::index_sequence<I...>) {
    using Make = T (*)(Reader&);
    static constexpr Make makers[] = {&make_at<I, Ts>...};
    const std::uint64_t index = reader.read_number();
    if (index >= sizeof...(Ts)) throw_malformed("a variant of none of its alternatives");
    return makers[index](reader);
  }
};

// Each pointer brings an object of its own: two shared_ptr to one object arrive as pointers to two.
template <class T>
struct Codec<T, Kind::owner> {
  using Value = std::remove_cv_t<typename T::element_type>;
  using Parts = Types<Value>;
  static constexpr std::size_t smallest = 1;

  static void write(Writer& writer, const T& value) {
    const Nesting nesting = writer.nest();
    const auto* object = value.get();
    encode(writer, object != nullptr);
    if (object == nullptr) return;
    if constexpr (std::is_polymorphic_v<Value>) {
      // Only what the type of the pointer says would be written of it.
      if (typeid(*object) != typeid(Value)) throw_derived(typeid(*object), typeid(Value));
    }
    encode(writer, static_cast<const Value&>(*object));
  }

  static T make(Reader& reader) {
    const Nesting nesting = reader.nest();
    return decode<bool>(reader) ? T(new Value(decode<Value>(reader))) : T();
  }
};

template <class T>
struct Codec<T, Kind::duration> {
  using Parts = Types<typename T::rep>;
  static constexpr std::size_t smallest = smallest_of(Parts{});

  static void write(Writer& writer, const T& value) { encode(writer, value.count()); }
  static T make(Reader& reader) { return T(decode<typename T::rep>(reader)); }
};

template <class T>
struct Codec<T, Kind::time_point> {
  using Parts = Types<typename T::duration>;
  static constexpr std::size_t smallest = smallest_of(Parts{});

  static void write(Writer& writer, const T& value) { encode(writer, value.time_since_epoch()); }
  static T make(Reader& reader) { return T(decode<typename T::duration>(reader)); }
};

template <class T>
struct Codec<T, Kind::path> {
  using Parts = Types<>;
  static constexpr std::size_t smallest = 1;

  static void write(Writer& writer, const T& value) { encode(writer, value.native()); }
  static T make(Reader& reader) { return T(decode<typename T::string_type>(reader)); }
};

template <class T>
struct Codec<T, Kind::complex> {
  using Value = typename T::value_type;
  using Parts = Types<Value>;
  static constexpr std::size_t smallest = 2 * Codec<Value>::smallest;

  static void write(Writer& writer, const T& value) {
    encode(writer, Value(value.real()));
    encode(writer, Value(value.imag()));
  }
  static T make(Reader& reader) {
    const Value real = decode<Value>(reader);
    return T(real, decode<Value>(reader));
  }
};

template <class T>
struct Codec<T, Kind::error_code> {
  using Category = std::remove_reference_t<decltype(std::declval<const T&>().category())>;
  using Parts = Types<>;
  static constexpr std::size_t smallest = 1 + sizeof(int);

  static void write(Writer& writer, const T& value) {
    const std::string_view name = value.category().name();
    if (error_category_named(name) != &value.category()) throw_unknown_category(name);
    writer.write_count(name.size());
    writer.write(name.data(), name.size());
    encode(writer, value.value());
  }

  static T make(Reader& reader) {
    const std::size_t size = reader.read_count(1);
    const std::string_view name(reinterpret_cast<const char*>(reader.take(size)), size);
    const void* category = error_category_named(name);
    if (category == nullptr) throw_unknown_category(name);
    return T(decode<int>(reader), *static_cast<Category*>(category));
  }
};

}  // namespace fanout::detail
