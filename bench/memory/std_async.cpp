// SPDX-License-Identifier: MIT
// memory: std::async, a thread for each task, so each of them is blocked itself.
#include <future>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return memory::measure(argc, argv, [](const bench::Run& run, memory::Meter& meter) {
    memory::Gate gate(static_cast<std::ptrdiff_t>(run.size));
    meter.start();
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(
          std::async(std::launch::async, [&gate, i] { return gate.block() + memory::task(i); }));
    }
    gate.wait_until_blocked();
    meter.stop();

    gate.open();
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    return answer;
  });
}
