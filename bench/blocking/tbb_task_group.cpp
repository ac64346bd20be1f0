// SPDX-License-Identifier: MIT
// blocking: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits.
#include <numeric>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return blocking::measure(argc, argv, [](const bench::Run& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    tbb::task_arena arena(run.workers);
    std::vector<std::uint64_t> results(run.size);
    tbb::task_group group;
    arena.execute([&] {
      for (std::uint64_t& result : results) group.run([&result] { result = blocking::task(); });
      group.wait();
    });
    return std::accumulate(results.begin(), results.end(), std::uint64_t{0});
  });
}
