// SPDX-License-Identifier: MIT
// The codecs of containers.
#pragma once

#include <iterator>

#include <fanout/detail/serialize/basic.hpp>

namespace fanout::detail {

// Elements in a row. One that may take no byte at all is preceded by one, so that the bytes that are
// left bound the number of elements.
template <class V>
struct Elements {
  static constexpr bool marked = Codec<V>::smallest == 0;
  static constexpr std::size_t smallest = marked ? 1 : Codec<V>::smallest;

  static void write(Writer& writer, const V& value) {
    if constexpr (marked) writer.write("", 1);
    encode(writer, value);
  }

  static V make(Reader& reader) {
    if constexpr (marked) reader.take(1);
    return decode<V>(reader);
  }

  // What may be reserved for `count` of them: memory of the order of the bytes that are there.
  // A container grows by itself beyond that.
  static std::size_t reservable(const Reader& reader, std::size_t count) {
    const std::size_t most = 4 * (reader.left() / sizeof(V) + 1);
    return count < most ? count : most;
  }
};

// Reads bulk elements from bytes of any alignment, as an iterator, so that a container is filled
// without being zeroed before.
template <class V>
class BulkIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = V;
  using difference_type = std::ptrdiff_t;
  using pointer = const V*;
  using reference = V;

  BulkIterator() = default;
  explicit BulkIterator(const std::byte* at) noexcept : at_(at) {}

  V operator*() const {
    V value;
    std::memcpy(static_cast<void*>(&value), at_, sizeof(V));
    return value;
  }
  BulkIterator& operator++() {
    at_ += sizeof(V);
    return *this;
  }
  BulkIterator operator++(int) {
    const BulkIterator before = *this;
    ++*this;
    return before;
  }
  BulkIterator& operator--() {
    at_ -= sizeof(V);
    return *this;
  }
  BulkIterator& operator+=(difference_type n) {
    at_ += n * static_cast<difference_type>(sizeof(V));
    return *this;
  }
  friend difference_type operator-(const BulkIterator& a, const BulkIterator& b) {
    return (a.at_ - b.at_) / static_cast<difference_type>(sizeof(V));
  }
  friend bool operator==(const BulkIterator&, const BulkIterator&) = default;

 private:
  const std::byte* at_ = nullptr;
};

template <class T>
struct Codec<T, Kind::sequence> {
  using Value = typename T::value_type;
  using Parts = Types<Value>;
  static constexpr std::size_t smallest = 1;
  static constexpr bool at_once = bulk<Value> && requires(T& value, const Value* element) {
    value.data();
    value.assign(element, element);
  };

  static void write(Writer& writer, const T& value) {
    if constexpr (at_once) {
      writer.write_count(value.size());
      writer.write(value.data(), value.size() * sizeof(Value));
    } else {
      const Nesting nesting = writer.nest();
      writer.write_count(size_of(value));
      for (const auto& element : value) Elements<Value>::write(writer, element);
    }
  }

  static T make(Reader& reader) {
    const std::size_t count = reader.read_count(Elements<Value>::smallest);
    T value;
    if constexpr (at_once) {
      const std::byte* bytes = reader.take(count * sizeof(Value));
      if constexpr (std::same_as<Value, char> || std::same_as<Value, unsigned char> ||
                    std::same_as<Value, std::byte>) {
        const auto* first = reinterpret_cast<const Value*>(bytes);
        value.assign(first, first + count);
      } else {
        value.assign(BulkIterator<Value>(bytes),
                     BulkIterator<Value>(bytes + count * sizeof(Value)));
      }
    } else {
      const Nesting nesting = reader.nest();
      if constexpr (requires { value.reserve(count); }) {
        value.reserve(Elements<Value>::reservable(reader, count));
      }
      if constexpr (requires { value.push_back(Elements<Value>::make(reader)); }) {
        for (std::size_t i = 0; i < count; ++i) value.push_back(Elements<Value>::make(reader));
      } else {
        auto last = value.before_begin();
        for (std::size_t i = 0; i < count; ++i) {
          last = value.insert_after(last, Elements<Value>::make(reader));
        }
      }
    }
    return value;
  }

 private:
  static std::size_t size_of(const T& value) {
    if constexpr (requires { value.size(); }) {
      return value.size();
    } else {
      std::size_t size = 0;
      for (auto it = value.begin(); it != value.end(); ++it) ++size;
      return size;
    }
  }
};

// A pair whose first half can be set: that of a map cannot.
template <class V>
struct Settable {
  using type = V;
};
template <class V>
  requires requires {
    typename V::first_type;
    typename V::second_type;
  }
struct Settable<V> {
  using type = std::pair<std::remove_const_t<typename V::first_type>, typename V::second_type>;
};

template <class T>
struct Codec<T, Kind::keyed> {
  using Value = typename Settable<typename T::value_type>::type;
  using Parts = Types<Value>;
  static constexpr std::size_t smallest = 1;

  static void write(Writer& writer, const T& value) {
    const Nesting nesting = writer.nest();
    writer.write_count(value.size());
    for (const auto& element : value) {
      Elements<typename T::value_type>::write(writer, element);
    }
  }

  static T make(Reader& reader) {
    const Nesting nesting = reader.nest();
    const std::size_t count = reader.read_count(Elements<Value>::smallest);
    T value;
    if constexpr (requires { value.reserve(count); }) {
      value.reserve(Elements<Value>::reservable(reader, count));
    }
    // They come in order, so each belongs to the end.
    for (std::size_t i = 0; i < count; ++i)
      value.insert(value.end(), Elements<Value>::make(reader));
    return value;
  }
};

template <class T>
struct Codec<T, Kind::adaptor> {
  using Container = typename T::container_type;
  using Parts = Types<Container>;
  static constexpr std::size_t smallest = 1;

  // The standard gives derived classes the container.
  struct Opened : T {
    static Container& container(T& value) { return value.*&Opened::c; }
  };

  static void write(Writer& writer, const T& value) {
    encode(writer, Opened::container(const_cast<T&>(value)));
  }
  static T make(Reader& reader) {
    T value;
    decode_into(reader, Opened::container(value));
    return value;
  }
};

// An array of either kind.
template <class T>
struct ArrayCodec {
  using Element = std::remove_cvref_t<decltype(*std::begin(std::declval<T&>()))>;
  using Parts = Types<Element>;
  static constexpr std::size_t count = sizeof(T) / sizeof(Element);
  static constexpr std::size_t smallest = count * Codec<Element>::smallest;

  static void write(Writer& writer, const T& value) {
    if constexpr (bulk<Element>) {
      writer.write(&value, sizeof(T));
    } else {
      for (const auto& element : value) encode(writer, element);
    }
  }

  static void read(Reader& reader, T& value) {
    if constexpr (bulk<Element>) {
      reader.read(&value, sizeof(T));
    } else {
      for (auto& element : value) decode_into(reader, element);
    }
  }
};

template <class T>
struct Codec<T, Kind::array> : ArrayCodec<T> {};

template <class T>
struct Codec<T, Kind::std_array> : ArrayCodec<T> {
  static T make(Reader& reader) {
    if constexpr (std::default_initializable<T>) {
      T value{};
      ArrayCodec<T>::read(reader, value);
      return value;
    } else {
      return make_of(reader, std::make_index_sequence<std::tuple_size_v<T>>{});
    }
  }

 private:
  template <std::size_t... I>
  static T make_of(Reader& reader, std::index_sequence<I...>) {
    return T{((void)I, decode<typename ArrayCodec<T>::Element>(reader))...};
  }
};

// Eight to a byte; what a last byte has more is zero.
template <class Get>
void write_bits(Writer& writer, std::size_t count, Get get) {
  for (std::size_t i = 0; i < count; i += 8) {
    unsigned byte = 0;
    for (std::size_t bit = 0; bit < 8 && i + bit < count; ++bit)
      byte |= unsigned{get(i + bit)} << bit;
    const auto out = static_cast<unsigned char>(byte);
    writer.write(&out, 1);
  }
}

template <class Set>
void read_bits(Reader& reader, std::size_t count, Set set) {
  const std::byte* bytes = reader.take(count / 8 + (count % 8 != 0 ? 1 : 0));
  for (std::size_t i = 0; i < count; ++i) {
    set(i, (std::to_integer<unsigned>(bytes[i / 8]) >> (i % 8) & 1U) != 0);
  }
}

template <class T>
struct Codec<T, Kind::bits> {
  using Parts = Types<>;
  static constexpr std::size_t smallest = 1;

  static void write(Writer& writer, const T& value) {
    writer.write_count(value.size());
    write_bits(writer, value.size(), [&value](std::size_t i) -> bool { return value[i]; });
  }

  static T make(Reader& reader) {
    const std::uint64_t count = reader.read_number();
    if (count / 8 > reader.left()) throw_wild_count(count, reader.left());
    T value;
    value.reserve(static_cast<std::size_t>(count));
    read_bits(reader, static_cast<std::size_t>(count),
              [&value](std::size_t, bool bit) { value.push_back(bit); });
    return value;
  }
};

template <class T>
struct Codec<T, Kind::bitset> {
  using Parts = Types<>;
  static constexpr std::size_t count = T().size();
  static constexpr std::size_t smallest = count / 8 + (count % 8 != 0 ? 1 : 0);

  static void write(Writer& writer, const T& value) {
    write_bits(writer, count, [&value](std::size_t i) -> bool { return value[i]; });
  }
  static T make(Reader& reader) {
    T value;
    read_bits(reader, count, [&value](std::size_t i, bool bit) { value.set(i, bit); });
    return value;
  }
};

}  // namespace fanout::detail
