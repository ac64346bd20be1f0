// SPDX-License-Identifier: MIT
// roundtrip: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits. So there is no hand-over to another thread in it.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    tbb::task_group group;
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      std::uint64_t result = 0;
      group.run([&result, i] { result = roundtrip::task(i); });
      group.wait();
      answer += result;
    }
    return answer;
  });
}
