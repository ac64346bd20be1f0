// SPDX-License-Identifier: MIT
// What a thread knows of the others' progress: the happens-before relation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace model {

constexpr std::size_t most_threads = 8;

// at[t] is the last step of thread t that happens before the owner of the clock.
struct VectorClock {
  std::array<std::uint32_t, most_threads> at{};

  void join(const VectorClock& other) {
    for (std::size_t i = 0; i < most_threads; ++i) at[i] = std::max(at[i], other.at[i]);
  }
  bool covers(unsigned thread, std::uint32_t step) const { return at[thread] >= step; }
};

// Folds a number into a fingerprint.
inline std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  seed ^= value + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2);
  seed *= 0xff51afd7ed558ccd;
  return seed ^ seed >> 33;
}

}  // namespace model
