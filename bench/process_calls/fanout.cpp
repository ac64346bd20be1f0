// SPDX-License-Identifier: MIT
// process_calls: fanout.
#include <vector>

#include <fanout/process_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  return process_calls::measure(argc, argv, [](const bench::Run& run) {
    fanout::ProcessPoolExecutor executor(run.workers);
    std::vector<fanout::Future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(executor.submit(process_calls::task, i));
    }
    std::uint64_t answer = 0;
    for (const auto& future : futures) answer += future.result();
    return answer;
  });
}
