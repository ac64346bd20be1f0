// SPDX-License-Identifier: MIT
// memory: oneTBB's task_group: a place for the result instead of a future.
#include <numeric>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return memory::measure(argc, argv, [](const bench::Run& run, memory::Meter& meter) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    memory::Gate gate(run.workers - 1);  // the caller is the remaining one
    tbb::task_group group;
    for (int i = 1; i < run.workers; ++i) group.run([&gate] { gate.block(); });
    gate.wait_until_blocked();

    meter.start();
    std::vector<std::uint64_t> results(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      group.run([&results, i] { results[i] = memory::task(i); });
    }
    meter.stop();

    gate.open();
    group.wait();
    return std::accumulate(results.begin(), results.end(), std::uint64_t{0});
  });
}
