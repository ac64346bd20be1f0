// SPDX-License-Identifier: MIT
// map_back: the same without any library, in one thread.
#include <unordered_map>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    std::unordered_map<std::size_t, std::uint64_t> inputs;
    inputs.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) inputs[i] = map_back::input(i);
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += map_back::value_of(inputs[i], map_back::task(inputs[i]));
    }
    return answer;
  });
}
