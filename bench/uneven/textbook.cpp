// SPDX-License-Identifier: MIT
// uneven: the textbook pool.
#include <future>
#include <vector>

#include "../contenders/textbook_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    textbook::Pool pool(run.workers);
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
