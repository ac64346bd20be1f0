// SPDX-License-Identifier: MIT
// memory: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return memory::measure(argc, argv, [](const bench::Run& run, memory::Meter& meter) {
    memory::Gate gate(run.workers);
    fanout::ThreadPoolExecutor executor(run.workers);
    std::vector<fanout::Future<std::uint64_t>> blocked;
    for (int i = 0; i < run.workers; ++i) {
      blocked.push_back(executor.submit([&gate] { return gate.block(); }));
    }
    gate.wait_until_blocked();

    meter.start();
    std::vector<fanout::Future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) futures.push_back(executor.submit(memory::task, i));
    meter.stop();

    gate.open();
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.result();
    return answer;
  });
}
