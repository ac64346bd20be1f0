// SPDX-License-Identifier: MIT
// list: one outside thread submits trivial tasks, keeps the futures, and takes the results in
// order. The number: nanoseconds per task.
#pragma once

#include "../support/bench.hpp"

namespace list {

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

// Folds the next result into the answer; a result out of its order changes it.
inline std::uint64_t add(std::uint64_t answer, std::uint64_t result) {
  return 31 * answer + result;
}

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {1'000'000, bench::usable_cores()});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected = add(expected, task(i));
  return bench::measure_per_task(run, run.size, expected, body);
}

}  // namespace list
