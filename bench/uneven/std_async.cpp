// SPDX-License-Identifier: MIT
// uneven: std::async, a thread for each task.
#include <future>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(std::async(std::launch::async, uneven::task, run.steps[i]));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    return answer;
  });
}
