// SPDX-License-Identifier: MIT
// producers: moodycamel's concurrent queue with plain threads.
#include <future>
#include <vector>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    moodycamel_threads::Pool<std::packaged_task<std::uint64_t()>> pool(run.workers);
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
