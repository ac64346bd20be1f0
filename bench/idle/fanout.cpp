// SPDX-License-Identifier: MIT
// idle: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return idle::measure(argc, argv, [](const bench::Run& run, idle::Rest& rest) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::vector<fanout::Future<std::uint64_t>> futures;
    futures.reserve(idle::burst);
    for (std::size_t i = 0; i < idle::burst; ++i) futures.push_back(executor.submit(idle::task, i));
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.result();
    rest();
    return answer;
  });
}
