// SPDX-License-Identifier: MIT
// process_roundtrip: a number goes to one worker process and comes back, and again. The number:
// nanoseconds per trip.
#pragma once

#include <cstdint>

#include "../support/bench.hpp"

namespace process_roundtrip {

inline std::uint64_t echo(std::uint64_t i) { return i; }

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {50'000, 1});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected += i;
  return bench::measure_per_task(run, run.size, expected, body);
}

}  // namespace process_roundtrip
