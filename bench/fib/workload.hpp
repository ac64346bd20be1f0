// SPDX-License-Identifier: MIT
// fib: recursive fork and join. Both branches of each call are tasks, and the call waits for both.
// --size is the number whose Fibonacci number is asked for. The number: nanoseconds per task.
#pragma once

#include "../support/bench.hpp"

namespace fib {

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {27, bench::usable_cores()});
  std::uint64_t expected = 0;
  std::uint64_t next = 1;  // the Fibonacci number after `expected`
  for (std::size_t i = 0; i < run.size; ++i) {
    const std::uint64_t sum = expected + next;
    expected = next;
    next = sum;
  }
  const std::size_t calls = 2 * next - 1;  // of which all but the outermost are tasks
  return bench::measure_per_task(run, calls > 1 ? calls - 1 : 1, expected, body);
}

}  // namespace fib
