// SPDX-License-Identifier: MIT
// list: fanout.
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::vector<fanout::Future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) futures.push_back(executor.submit(list::task, i));
    std::uint64_t answer = 0;
    for (auto& future : futures) answer = list::add(answer, future.result());
    return answer;
  });
}
