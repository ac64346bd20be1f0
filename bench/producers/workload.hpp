// SPDX-License-Identifier: MIT
// producers: four outside threads each submit a quarter of the tasks to one pool, and wait for
// theirs. The number: nanoseconds per task.
#pragma once

#include <array>
#include <thread>

#include "../support/bench.hpp"

namespace producers {

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

// Calls submit_and_sum(first, last), which handles tasks first to last - 1, on four threads; the
// sum of what they return.
template <class Fn>
std::uint64_t from_four_threads(const bench::Run& run, Fn submit_and_sum) {
  std::array<std::uint64_t, 4> sums{};
  std::array<std::thread, 4> threads;
  for (std::size_t n = 0; n < 4; ++n) {
    threads[n] =
        std::thread([&, n] { sums[n] = submit_and_sum(run.size * n / 4, run.size * (n + 1) / 4); });
  }
  for (std::thread& thread : threads) thread.join();
  return sums[0] + sums[1] + sums[2] + sums[3];
}

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {1'000'000, bench::usable_cores()});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected += task(i);
  return bench::measure_per_task(run, run.size, expected, body);
}

}  // namespace producers
