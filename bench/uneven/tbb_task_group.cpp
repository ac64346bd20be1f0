// SPDX-License-Identifier: MIT
// uneven: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits.
#include <numeric>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    std::vector<std::uint64_t> results(run.size);
    tbb::task_group group;
    for (std::size_t i = 0; i < run.size; ++i) {
      group.run([&results, &run, i] { results[i] = uneven::task(run.steps[i]); });
    }
    group.wait();
    return std::accumulate(results.begin(), results.end(), std::uint64_t{0});
  });
}
