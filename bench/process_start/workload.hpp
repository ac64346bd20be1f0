// SPDX-License-Identifier: MIT
// process_start: a new pool, until each of its four processes has given a result. The number:
// milliseconds per start.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fanout/process_pool_executor.hpp>

#include "../support/bench.hpp"

namespace process_start {

// Returns when so many processes are here: none of them can run two of these.
inline int meet(const std::string& place, int count) {
  const int file = open(place.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  (void)!write(file, "x", 1);
  while (lseek(file, 0, SEEK_END) < count) usleep(200);
  close(file);
  return getpid();
}

inline int measure(int argc, char** argv, fanout::StartMethod method) {
  const bench::Run run = bench::parse(argc, argv, {10, 4});
  const std::string place =
      std::filesystem::temp_directory_path() / ("fanout-meeting-" + std::to_string(getpid()));
  bool right = true;
  double milliseconds = 0;
  for (std::size_t i = 0; i < run.size; ++i) {
    std::filesystem::remove(place);
    const bench::Stopwatch watch;
    fanout::ProcessPoolExecutor executor({.max_workers = run.workers, .start_method = method});
    std::vector<fanout::Future<int>> futures;
    for (int worker = 0; worker < run.workers; ++worker) {
      futures.push_back(executor.submit(meet, place, run.workers));
    }
    std::vector<int> pids;
    for (const auto& future : futures) pids.push_back(future.result());
    milliseconds += watch.nanoseconds() / 1e6;
    std::sort(pids.begin(), pids.end());
    right = right && std::adjacent_find(pids.begin(), pids.end()) == pids.end();
  }
  std::filesystem::remove(place);
  return bench::report(milliseconds / static_cast<double>(run.size), right);
}

}  // namespace process_start
