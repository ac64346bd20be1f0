// SPDX-License-Identifier: MIT
// Writer and Reader: the bytes of values on their way to another process and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fanout {

class Reader;

namespace detail {

// Recursive types (a tree of unique_ptr, nested vectors) are walked recursively, so the depth is
// bounded, lest a wild input or a circle of pointers overflow the stack.
inline constexpr unsigned deepest_nesting = 1000;

[[noreturn]] void throw_too_deep();
[[noreturn]] void throw_no_room();
[[noreturn]] void throw_truncated(std::size_t wanted, std::size_t left);
[[noreturn]] void throw_wild_count(std::uint64_t count, std::size_t left);
[[noreturn]] void throw_malformed(const char* what);

// A member that T inherited knows nothing of what T adds. True if it adds something to `Class`, in
// which the member is.
template <class T, class Class, class R, class... Args>
constexpr bool adds_to(R (Class::*)(Args...)) {
  return sizeof(T) > sizeof(Class);
}
template <class T, class Class, class R, class... Args>
constexpr bool adds_to(R (Class::*)(Args...) noexcept) {
  return sizeof(T) > sizeof(Class);
}

// Counts one level of nesting for a scope.
class Nesting {
 public:
  explicit Nesting(unsigned& depth) : depth_(&depth) {
    if (depth >= deepest_nesting) [[unlikely]]
      throw_too_deep();
    ++depth;
  }
  ~Nesting() { --*depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  unsigned* depth_;
};

}  // namespace detail

// Writes values into memory that it is given. Without memory it only counts, so the same code first
// measures a payload; then memory of exactly that size is taken, and the payload written once.
//
//   fanout::Writer measure;
//   measure(request, retries);
//   std::vector<std::byte> memory(measure.size());
//   fanout::Writer writer(memory.data(), memory.size());
//   writer(request, retries);
class Writer {
 public:
  Writer() = default;
  Writer(std::byte* memory, std::size_t size) noexcept : memory_(memory), room_(size) {}

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Writes the values one after the other. Throws SerializationError if the memory is too small,
  // which means that a value is not the one that was measured, and what their serialize() throws.
  template <class... Ts>
  void operator()(const Ts&... values);

  // Bytes as they are; the reader must know how many.
  void write(const void* bytes, std::size_t size) {
    if (memory_ != nullptr && size != 0) {
      if (size > room_ - size_) [[unlikely]]
        detail::throw_no_room();
      std::memcpy(memory_ + size_, bytes, size);
    }
    size_ += size;
  }

  // A number that is mostly small: seven bits to a byte.
  void write_count(std::uint64_t count) {
    std::byte bytes[10];
    std::size_t size = 0;
    for (; count > 0x7f; count >>= 7) bytes[size++] = static_cast<std::byte>(count | 0x80);
    bytes[size++] = static_cast<std::byte>(count);
    write(bytes, size);
  }

  // What was written or counted so far, in bytes.
  std::size_t size() const noexcept { return size_; }

  // False: everything is only counted.
  bool has_memory() const noexcept { return memory_ != nullptr; }

  detail::Nesting nest() { return detail::Nesting(depth_); }

 private:
  std::byte* memory_ = nullptr;
  std::size_t room_ = 0;
  std::size_t size_ = 0;
  unsigned depth_ = 0;
};

// Reads what a Writer of the same program wrote. The bytes may be anything: whatever is malformed
// throws SerializationError, and no length is believed before the bytes that it needs are there.
//
//   fanout::Reader reader(memory.data(), memory.size());
//   reader(request, retries);
class Reader {
 public:
  Reader(const std::byte* bytes, std::size_t size) noexcept : at_(bytes), left_(size) {}

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Reads into the values, one after the other.
  template <class... Ts>
  void operator()(Ts&... values);

  // Reads one value of that type, which needs no public default constructor.
  template <class T>
  T value();

  // The next `size` bytes, in place; valid as long as the memory that is read.
  const std::byte* take(std::size_t size) {
    if (size > left_) [[unlikely]]
      detail::throw_truncated(size, left_);
    const std::byte* bytes = at_;
    at_ += size;
    left_ -= size;
    return bytes;
  }

  void read(void* bytes, std::size_t size) {
    const std::byte* from = take(size);
    if (size != 0) std::memcpy(bytes, from, size);
  }

  // What write_count wrote.
  std::uint64_t read_number();

  // A number of elements, each at least `smallest` bytes long: no more than there can be.
  std::size_t read_count(std::size_t smallest) {
    const std::uint64_t count = read_number();
    if (count > left_ / smallest) [[unlikely]]
      detail::throw_wild_count(count, left_);
    return static_cast<std::size_t>(count);
  }

  // Bytes not read yet.
  std::size_t left() const noexcept { return left_; }

  // Throws SerializationError if something is left, which no complete value leaves.
  void finish() const;

  detail::Nesting nest() { return detail::Nesting(depth_); }

 private:
  const std::byte* at_;
  std::size_t left_;
  unsigned depth_ = 0;
};

// Befriend it, and private members `serialize`, `save`, `load` and a private default constructor
// are enough:  friend class fanout::Access;
class Access {
 public:
  template <class Archive, class T>
  static auto serialize(Archive& archive, T& value) -> decltype(value.serialize(archive)) {
    return value.serialize(archive);
  }
  template <class T>
  static auto save(Writer& writer, const T& value) -> decltype(value.save(writer)) {
    return value.save(writer);
  }
  template <class T>
  static auto load(Reader& reader, T& value) -> decltype(value.load(reader)) {
    return value.load(reader);
  }
  template <class T>
  static constexpr bool inherits_serialize()
    requires requires { &T::template serialize<Writer>; }
  {
    return detail::adds_to<T>(&T::template serialize<Writer>);
  }
  template <class T>
  static auto make() -> decltype(T()) {
    return T();
  }
};

}  // namespace fanout
