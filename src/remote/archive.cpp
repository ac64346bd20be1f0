// SPDX-License-Identifier: MIT
// The part of Writer, Reader and the codecs that is off the common path.
#include <future>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include <fanout/errors.hpp>
#include <fanout/serialize.hpp>

#include "../core/demangle.hpp"

namespace fanout {
namespace detail {

void throw_too_deep() {
  throw SerializationError("a value is nested deeper than " + std::to_string(deepest_nesting) +
                           " levels, or its pointers form a circle");
}

void throw_no_room() {
  throw SerializationError(
      "a value took more bytes than when it was measured: its serialize() must write the same "
      "each time, and nobody may change it meanwhile");
}

void throw_truncated(std::size_t wanted, std::size_t left) {
  throw SerializationError("the bytes of a value end too early: " + std::to_string(wanted) +
                           " wanted, " + std::to_string(left) + " left");
}

void throw_wild_count(std::uint64_t count, std::size_t left) {
  throw SerializationError("the bytes of a value are malformed: " + std::to_string(count) +
                           " elements in the " + std::to_string(left) + " bytes that are left");
}

void throw_malformed(const char* what) {
  throw SerializationError(std::string("the bytes of a value are malformed: ") + what);
}

void throw_unknown_category(std::string_view name) {
  throw SerializationError("the error category '" + std::string(name) +
                           "' is none of the standard library's, so it cannot cross");
}

void throw_derived(const std::type_info& object, const std::type_info& pointer) {
  throw SerializationError("a pointer to " + demangled(pointer) + " points to a " +
                           demangled(object) + ", which would lose what it adds: make it a " +
                           "std::variant or a pointer to exactly that class");
}

const void* error_category_named(std::string_view name) {
  for (const std::error_category* category : {&std::generic_category(), &std::system_category(),
                                              &std::iostream_category(), &std::future_category()}) {
    if (name == category->name()) return category;
  }
  return nullptr;
}

}  // namespace detail

std::uint64_t Reader::read_number() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(*take(1));
    if (shift == 63 && byte > 1) break;
    number |= (byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  detail::throw_malformed("a number of more than 64 bits");
}

void Reader::finish() const {
  if (left_ != 0) detail::throw_malformed("bytes are left at the end");
}

}  // namespace fanout
