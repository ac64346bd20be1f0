// SPDX-License-Identifier: MIT
// idle: a burst of trivial tasks, and then the pool has nothing to do. --size is for how many
// milliseconds it has nothing to do. The number: milliseconds of processor time used meanwhile.
#pragma once

#include <chrono>
#include <thread>

#include <time.h>

#include "../support/bench.hpp"

namespace idle {

constexpr std::size_t burst = 20'000;

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

// Processor time of all threads of this process.
inline double processor_milliseconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

// What the body calls between the burst and the end of the pool.
class Rest {
 public:
  explicit Rest(std::chrono::milliseconds length) : length_(length) {}

  void operator()() {
    const double before = processor_milliseconds();
    std::this_thread::sleep_for(length_);
    used_ = processor_milliseconds() - before;
  }
  double used() const { return used_; }

 private:
  std::chrono::milliseconds length_;
  double used_ = -1;
};

// The body submits the burst, takes the results, calls rest(), and returns the sum of the results.
template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {3'000, bench::usable_cores()});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < burst; ++i) expected += task(i);
  Rest rest{std::chrono::milliseconds(run.size)};
  const std::uint64_t answer = body(run, rest);
  return bench::report(rest.used(), answer == expected && rest.used() >= 0);
}

}  // namespace idle
