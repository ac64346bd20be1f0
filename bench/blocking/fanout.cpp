// SPDX-License-Identifier: MIT
// blocking: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return blocking::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::vector<fanout::Future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) futures.push_back(executor.submit(blocking::task));
    std::uint64_t slept = 0;
    for (auto& future : futures) slept += future.result();
    return slept;
  });
}
