// SPDX-License-Identifier: MIT
// map_back: the textbook pool and its queue.
#include <unordered_map>

#include "../contenders/textbook_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    textbook::Queue<map_back::Completion> completions;
    textbook::Pool pool(run.workers);
    std::unordered_map<std::size_t, std::uint64_t> inputs;
    inputs.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      inputs[i] = map_back::input(i);
      pool.post([&completions, i] {
        completions.push(map_back::Completion{i, map_back::task(map_back::input(i))});
      });
    }
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      const map_back::Completion completion = completions.pop();
      answer += map_back::value_of(inputs[completion.id], completion.result);
    }
    return answer;
  });
}
