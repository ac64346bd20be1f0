// SPDX-License-Identifier: MIT
// map_back: fanout, as_completed over a map from future to input.
#include <unordered_map>

#include <fanout/thread_pool_executor.hpp>
#include <fanout/wait.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::unordered_map<fanout::Future<std::uint64_t>, std::uint64_t> inputs;
    inputs.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      inputs[executor.submit(map_back::task, map_back::input(i))] = map_back::input(i);
    }
    std::uint64_t answer = 0;
    for (const auto& future : fanout::as_completed(inputs)) {
      answer += map_back::value_of(inputs[future], future.result());
    }
    return answer;
  });
}
