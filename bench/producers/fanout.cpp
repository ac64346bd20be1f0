// SPDX-License-Identifier: MIT
// producers: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    return producers::from_four_threads(run, [&](std::size_t first, std::size_t last) {
      std::vector<fanout::Future<std::uint64_t>> futures;
      futures.reserve(last - first);
      for (std::size_t i = first; i < last; ++i) {
        futures.push_back(executor.submit(producers::task, i));
      }
      std::uint64_t sum = 0;
      for (auto& future : futures) sum += future.result();
      return sum;
    });
  });
}
