// SPDX-License-Identifier: MIT
// Reader over any bytes: a SerializationError, or a value that can be written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <fanout/errors.hpp>

#include "remote/exception_codec.hpp"
#include "unit/rich.hpp"

namespace {

using fanout::Reader;
using fanout::Writer;
using fanout::test::Rich;

std::vector<std::byte> encoded(const Rich& value) {
  std::vector<std::byte> bytes(fanout::detail::encoded_size(value));
  Writer writer(bytes.data(), bytes.size());
  writer(value);
  return bytes;
}

void read_value(const std::byte* bytes, std::size_t size) {
  try {
    Reader reader(bytes, size);
    const auto written = encoded(fanout::detail::decode<Rich>(reader));
    Reader again(written.data(), written.size());
    // Only the sizes: a hash table may have its elements in another order.
    if (encoded(fanout::detail::decode<Rich>(again)).size() != written.size()) std::abort();
    again.finish();
  } catch (const fanout::SerializationError&) {  // as it should be
  }
}

void read_exception(const std::byte* bytes, std::size_t size) {
  try {
    Reader reader(bytes, size);
    if (fanout::detail::decode_exception(reader) == nullptr) std::abort();
  } catch (const fanout::SerializationError&) {  // as it should be
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  read_value(bytes, size);
  read_exception(bytes, size);
  return 0;
}

// Begins with a whole value, from which the fuzzer makes others.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned int seed) {
  if (seed % 16 == 0) {
    const auto fresh = encoded(fanout::test::Random(seed).rich());
    if (fresh.size() <= most) {
      std::memcpy(data, fresh.data(), fresh.size());
      size = fresh.size();
    }
  }
  return LLVMFuzzerMutate(data, size, most);
}
