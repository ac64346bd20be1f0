// SPDX-License-Identifier: MIT
// map_back: oneTBB, task_arena::enqueue and concurrent_bounded_queue.
#include <unordered_map>

#include <oneapi/tbb/concurrent_queue.h>

#include "../contenders/tbb_enqueue_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    tbb::concurrent_bounded_queue<map_back::Completion> completions;
    tbb_enqueue::Pool pool(run.workers);
    std::unordered_map<std::size_t, std::uint64_t> inputs;
    inputs.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      inputs[i] = map_back::input(i);
      pool.arena().enqueue([&completions, i] {
        completions.push(map_back::Completion{i, map_back::task(map_back::input(i))});
      });
    }
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      map_back::Completion completion{};
      completions.pop(completion);
      answer += map_back::value_of(inputs[completion.id], completion.result);
    }
    return answer;
  });
}
