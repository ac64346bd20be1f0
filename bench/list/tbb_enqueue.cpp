// SPDX-License-Identifier: MIT
// list: oneTBB, task_arena::enqueue with a packaged_task.
#include <future>
#include <vector>

#include "../contenders/tbb_enqueue_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    tbb_enqueue::Pool pool(run.workers);
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(pool.submit([i] { return list::task(i); }));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer = list::add(answer, future.get());
    return answer;
  });
}
