// SPDX-License-Identifier: MIT
// uneven: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>
#include <fanout/wait.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::vector<fanout::Future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(executor.submit(uneven::task, run.steps[i]));
    }
    fanout::wait(futures);  // sleeps once, where results in order would wake it for many of them
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.result();
    return answer;
  });
}
