// SPDX-License-Identifier: MIT
// process_recovery: the only worker of a pool is killed; how long until the next task has run. The
// number: milliseconds per death, the median of all.
#pragma once

#include <algorithm>
#include <csignal>
#include <vector>

#include <unistd.h>

#include <fanout/process_pool_executor.hpp>

#include "../support/bench.hpp"

namespace process_recovery {

inline int own_pid() { return getpid(); }

inline int measure(int argc, char** argv, fanout::StartMethod method) {
  const bench::Run run = bench::parse(argc, argv, {50, 1});
  fanout::ProcessPoolExecutor executor({.max_workers = 1, .start_method = method});
  std::vector<double> milliseconds;
  bool right = true;
  for (std::size_t i = 0; i < run.size; ++i) {
    const int worker = executor.submit(own_pid).result();
    const bench::Stopwatch watch;
    kill(worker, SIGKILL);
    right = right && executor.submit(own_pid).result() != worker;
    milliseconds.push_back(watch.nanoseconds() / 1e6);
  }
  const auto middle = milliseconds.begin() + static_cast<std::ptrdiff_t>(milliseconds.size() / 2);
  std::nth_element(milliseconds.begin(), middle, milliseconds.end());
  return bench::report(*middle, right);
}

}  // namespace process_recovery
