// SPDX-License-Identifier: MIT
// roundtrip: submit one trivial task, wait for its result, and again. The number: nanoseconds per
// trip. The runner's roundtrip_one_core is this with the whole process on one processor.
#pragma once

#include "../support/bench.hpp"

namespace roundtrip {

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {200'000, bench::usable_cores()});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected += task(i);
  return bench::measure_per_task(run, run.size, expected, body);
}

}  // namespace roundtrip
