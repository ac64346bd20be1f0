// SPDX-License-Identifier: MIT
// Values as bytes and back, for tests of the serializer.
#pragma once

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/serialize.hpp>

namespace fanout::test {

using Buffer = std::vector<std::byte>;

template <class T>
Buffer encoded(const T& value) {
  Buffer bytes(detail::encoded_size(value));
  Writer writer(bytes.data(), bytes.size());
  detail::encode(writer, value);
  EXPECT_EQ(writer.size(), bytes.size());
  return bytes;
}

// Reads a value that takes all of the bytes.
template <class T>
T decoded(const Buffer& bytes) {
  Reader reader(bytes.data(), bytes.size());
  T value = reader.value<T>();
  reader.finish();
  return value;
}

template <class T>
T there_and_back(const T& value) {
  return decoded<T>(encoded(value));
}

}  // namespace fanout::test
