// SPDX-License-Identifier: MIT
// map_back: oneTBB's task_group and concurrent_queue. The caller helps with all of the tasks before
// it looks.
#include <unordered_map>

#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    std::unordered_map<std::size_t, std::uint64_t> inputs;
    inputs.reserve(run.size);
    tbb::concurrent_queue<map_back::Completion> completions;
    tbb::task_group group;
    for (std::size_t i = 0; i < run.size; ++i) {
      inputs[i] = map_back::input(i);
      group.run([&completions, i] { completions.push({i, map_back::task(map_back::input(i))}); });
    }
    group.wait();
    std::uint64_t answer = 0;
    map_back::Completion completion{};
    while (completions.try_pop(completion)) {
      answer += map_back::value_of(inputs[completion.id], completion.result);
    }
    return answer;
  });
}
