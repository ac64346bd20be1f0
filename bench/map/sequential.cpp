// SPDX-License-Identifier: MIT
// map: the same without any library, in one thread.
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map::measure(argc, argv, [](const map::Input& run) {
    std::vector<std::uint64_t> results;
    results.reserve(run.size);
    for (const std::uint64_t value : run.values) results.push_back(map::task(value));
    std::uint64_t answer = 0;
    for (const std::uint64_t result : results) answer = map::add(answer, result);
    return answer;
  });
}
