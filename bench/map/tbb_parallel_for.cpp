// SPDX-License-Identifier: MIT
// map: oneTBB's parallel_for, which hands out blocks of elements: no task for each element, no
// future.
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map::measure(argc, argv, [](const map::Input& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    std::vector<std::uint64_t> results(run.size);
    tbb::parallel_for(std::size_t{0}, run.size,
                      [&](std::size_t i) { results[i] = map::task(run.values[i]); });
    std::uint64_t answer = 0;
    for (const std::uint64_t result : results) answer = map::add(answer, result);
    return answer;
  });
}
