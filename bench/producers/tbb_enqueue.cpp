// SPDX-License-Identifier: MIT
// producers: oneTBB, task_arena::enqueue with a packaged_task.
#include <future>
#include <vector>

#include "../contenders/tbb_enqueue_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    tbb_enqueue::Pool pool(run.workers);
    return producers::from_four_threads(run, [&](std::size_t first, std::size_t last) {
      std::vector<std::future<std::uint64_t>> futures;
      futures.reserve(last - first);
      for (std::size_t i = first; i < last; ++i) {
        futures.push_back(pool.submit([i] { return producers::task(i); }));
      }
      std::uint64_t sum = 0;
      for (auto& future : futures) sum += future.get();
      return sum;
    });
  });
}
