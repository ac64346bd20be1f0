// SPDX-License-Identifier: MIT
// blocking: as many threads as there are workers, each with its share of the naps; no pool, no
// tasks. What the system itself adds to the ideal.
#include <thread>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return blocking::measure(argc, argv, [](const bench::Run& run) {
    const auto workers = static_cast<std::size_t>(run.workers);
    std::vector<std::uint64_t> slept(workers);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < workers; ++i) {
      threads.emplace_back([&mine = slept[i], share = (run.size + workers - 1 - i) / workers] {
        for (std::size_t n = 0; n < share; ++n) mine += blocking::task();
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::uint64_t sum = 0;
    for (const std::uint64_t mine : slept) sum += mine;
    return sum;
  });
}
