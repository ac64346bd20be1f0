// SPDX-License-Identifier: MIT
// map: a trivial function over a vector of integers, results in input order. The number:
// nanoseconds per element.
#pragma once

#include <numeric>
#include <vector>

#include "../support/bench.hpp"

namespace map {

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

// Folds the next result into the answer; a result out of its order changes it.
inline std::uint64_t add(std::uint64_t answer, std::uint64_t result) {
  return 31 * answer + result;
}

struct Input : bench::Run {
  std::vector<std::uint64_t> values;
};

template <class Body>
int measure(int argc, char** argv, Body body) {
  Input input{bench::parse(argc, argv, {1'000'000, bench::usable_cores()}), {}};
  input.values.resize(input.size);
  std::iota(input.values.begin(), input.values.end(), std::uint64_t{0});
  std::uint64_t expected = 0;
  for (const std::uint64_t value : input.values) expected = add(expected, task(value));
  return bench::measure_per_task(input, input.size, expected, body);
}

}  // namespace map
