// SPDX-License-Identifier: MIT
// blocking: tasks that sleep for 2 ms, on 64 workers. The number: the time as a multiple of the
// ideal, in which all workers sleep side by side without a pause in between.
#pragma once

#include <chrono>
#include <thread>

#include "../support/bench.hpp"

namespace blocking {

constexpr std::chrono::milliseconds nap{2};

inline std::uint64_t task() {
  std::this_thread::sleep_for(nap);
  return 1;
}

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {2'000, 64});
  const auto workers = static_cast<std::size_t>(run.workers);
  const auto in_a_row = static_cast<double>((run.size + workers - 1) / workers);
  const double ideal = in_a_row * std::chrono::duration<double, std::nano>(nap).count();
  const bench::Stopwatch watch;
  const std::uint64_t slept = body(run);
  return bench::report(watch.nanoseconds() / ideal, slept == run.size);
}

}  // namespace blocking
