// SPDX-License-Identifier: MIT
// list: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits.
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    std::vector<std::uint64_t> results(run.size);
    tbb::task_group group;
    for (std::size_t i = 0; i < run.size; ++i) {
      group.run([&results, i] { results[i] = list::task(i); });
    }
    group.wait();
    std::uint64_t answer = 0;
    for (const std::uint64_t result : results) answer = list::add(answer, result);
    return answer;
  });
}
