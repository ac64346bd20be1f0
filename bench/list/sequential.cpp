// SPDX-License-Identifier: MIT
// list: the same without any library, in one thread.
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    std::vector<std::uint64_t> results;
    results.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) results.push_back(list::task(i));
    std::uint64_t answer = 0;
    for (const std::uint64_t result : results) answer = list::add(answer, result);
    return answer;
  });
}
