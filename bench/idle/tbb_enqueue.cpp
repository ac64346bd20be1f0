// SPDX-License-Identifier: MIT
// idle: oneTBB, task_arena::enqueue with a packaged_task.
#include <future>
#include <vector>

#include "../contenders/tbb_enqueue_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return idle::measure(argc, argv, [](const bench::Run& run, idle::Rest& rest) {
    tbb_enqueue::Pool pool(run.workers);
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(idle::burst);
    for (std::size_t i = 0; i < idle::burst; ++i) {
      futures.push_back(pool.submit([i] { return idle::task(i); }));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    rest();
    return answer;
  });
}
