// SPDX-License-Identifier: MIT
// producers: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits.
#include <numeric>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    return producers::from_four_threads(run, [](std::size_t first, std::size_t last) {
      std::vector<std::uint64_t> results(last - first);
      tbb::task_group group;
      for (std::size_t i = first; i < last; ++i) {
        group.run([&result = results[i - first], i] { result = producers::task(i); });
      }
      group.wait();
      return std::accumulate(results.begin(), results.end(), std::uint64_t{0});
    });
  });
}
