// SPDX-License-Identifier: MIT
// map: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map::measure(argc, argv, [](const map::Input& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::uint64_t answer = 0;
    for (const std::uint64_t result : executor.map(map::task, run.values)) {
      answer = map::add(answer, result);
    }
    return answer;
  });
}
