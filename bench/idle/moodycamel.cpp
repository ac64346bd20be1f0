// SPDX-License-Identifier: MIT
// idle: moodycamel's concurrent queue with plain threads.
#include <future>
#include <vector>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return idle::measure(argc, argv, [](const bench::Run& run, idle::Rest& rest) {
    moodycamel_threads::Pool<std::packaged_task<std::uint64_t()>> pool(run.workers);
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
