// SPDX-License-Identifier: MIT
// list: moodycamel's concurrent queue with plain threads.
#include <future>
#include <vector>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    moodycamel_threads::Pool<std::packaged_task<std::uint64_t()>> pool(run.workers);
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
