// SPDX-License-Identifier: MIT
// memory: all workers are blocked while trivial tasks are submitted, so that none of them starts.
// The number: bytes of memory that the process has more for each of them, the future and its place
// included.
#pragma once

#include <fstream>
#include <latch>

#include <unistd.h>

#include "../support/bench.hpp"

namespace memory {

inline std::uint64_t task(std::uint64_t i) { return 3 * i + 1; }

// Keeps workers busy until it is opened.
class Gate {
 public:
  explicit Gate(std::ptrdiff_t tasks) : arrived_(tasks) {}

  // Run as a task.
  std::uint64_t block() {
    arrived_.count_down();
    open_.wait();
    return 0;
  }
  void wait_until_blocked() { arrived_.wait(); }
  void open() { open_.count_down(); }

 private:
  std::latch arrived_;
  std::latch open_{1};
};

// Resident memory, because libraries bring their own allocators.
class Meter {
 public:
  void start() { before_ = resident(); }
  void stop() { grown_ = resident() - before_; }
  double grown() const { return grown_; }

 private:
  static double resident() {
    double all = 0;
    double pages = 0;
    std::ifstream("/proc/self/statm") >> all >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  }

  double before_ = 0;
  double grown_ = 0;
};

// The body blocks the workers, starts the meter, submits, stops the meter, opens the gate, and
// returns the sum of the results.
template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {200'000, bench::usable_cores()});
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < run.size; ++i) expected += task(i);
  Meter meter;
  const std::uint64_t answer = body(run, meter);
  return bench::report(meter.grown() / static_cast<double>(run.size), answer == expected);
}

}  // namespace memory
