// SPDX-License-Identifier: MIT
// uneven: tasks of exponentially distributed length, 2 us on average, submitted by one thread that
// then waits for all of them and adds up the results. The number: nanoseconds per task. The runner also sets it
// against the ideal, which is the sequential contender's time divided by the number of workers.
#pragma once

#include <cmath>
#include <vector>

#include "../support/bench.hpp"

namespace uneven {

// So many dependent steps take about 2 us on the machines of 2024.
constexpr double mean_steps = 1'300;

inline std::uint64_t step(std::uint64_t x) {
  x ^= x << 13;
  x ^= x >> 7;
  return x ^ (x << 17);
}

inline std::uint64_t task(std::uint64_t steps) {
  std::uint64_t x = steps + 1;
  for (std::uint64_t i = 0; i < steps; ++i) x = step(x);
  return x;
}

struct Input : bench::Run {
  std::vector<std::uint64_t> steps;  // of each task; the same in every run
};

template <class Body>
int measure(int argc, char** argv, Body body) {
  Input input{bench::parse(argc, argv, {100'000, bench::usable_cores()}), {}};
  std::uint64_t random = 88172645463325252;
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < input.size; ++i) {
    random = step(random);
    const double between_0_and_1 = (static_cast<double>(random >> 11) + 0.5) * 0x1p-53;
    input.steps.push_back(static_cast<std::uint64_t>(-mean_steps * std::log(between_0_and_1)));
    expected += task(input.steps.back());
  }
  return bench::measure_per_task(input, input.size, expected, body);
}

}  // namespace uneven
