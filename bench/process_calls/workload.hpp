// SPDX-License-Identifier: MIT
// process_calls: many small calls to two worker processes, all of them on their way before the first
// result is read. The number: nanoseconds per call.
#pragma once

#include <cstdint>

#include "../support/bench.hpp"

namespace process_calls {

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {100'000, 2});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected += task(i);
  return bench::measure_per_task(run, run.size, expected, body);
}

}  // namespace process_calls
