// SPDX-License-Identifier: MIT
// memory: the textbook pool.
#include <future>
#include <vector>

#include "../contenders/textbook_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return memory::measure(argc, argv, [](const bench::Run& run, memory::Meter& meter) {
    memory::Gate gate(run.workers);
    textbook::Pool pool(run.workers);
    std::vector<std::future<std::uint64_t>> blocked;
    for (int i = 0; i < run.workers; ++i) {
      blocked.push_back(pool.submit([&gate] { return gate.block(); }));
    }
    gate.wait_until_blocked();

    meter.start();
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(pool.submit([i] { return memory::task(i); }));
    }
    meter.stop();

    gate.open();
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    return answer;
  });
}
