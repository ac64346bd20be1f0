// SPDX-License-Identifier: MIT
// uneven: moodycamel's concurrent queue with plain threads.
#include <future>
#include <vector>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    moodycamel_threads::Pool<std::packaged_task<std::uint64_t()>> pool(run.workers);
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(pool.submit([steps = run.steps[i]] { return uneven::task(steps); }));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    return answer;
  });
}
