// SPDX-License-Identifier: MIT
// A small random number generator (splitmix64).
#pragma once

#include <cstdint>

namespace model {

class Random {
 public:
  explicit Random(std::uint64_t seed = 0) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  // 0 .. n - 1
  unsigned below(unsigned n) { return static_cast<unsigned>((next() >> 32) * n >> 32); }

  bool once_in(unsigned n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace model
