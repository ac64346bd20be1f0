// SPDX-License-Identifier: MIT
// map_back: trivial tasks are submitted, their results taken in order of completion, and for each
// the input that it belongs to is looked up in a hash map. The number: nanoseconds per task.
//
// With fanout the key of the map is the future. The others number their tasks, and each task puts
// its number and its result into the best completion queue that its library has.
#pragma once

#include "../support/bench.hpp"

namespace map_back {

inline std::uint64_t input(std::uint64_t i) { return 7 * i + 1; }
inline std::uint64_t task(std::uint64_t input) { return 3 * input + 1; }

// What one pair of input and result adds to the answer; a wrong pair changes the sum.
inline std::uint64_t value_of(std::uint64_t input, std::uint64_t result) {
  return input * (result ^ 0x9e3779b97f4a7c15);
}

// What travels through a completion queue.
struct Completion {
  std::size_t id;
  std::uint64_t result;
};

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {200'000, bench::usable_cores()});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected += value_of(input(i), task(input(i)));
  return bench::measure_per_task(run, run.size, expected, body);
}

}  // namespace map_back
