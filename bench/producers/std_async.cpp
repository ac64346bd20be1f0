// SPDX-License-Identifier: MIT
// producers: std::async, a thread for each task.
#include <future>
#include <vector>

#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    return producers::from_four_threads(run, [](std::size_t first, std::size_t last) {
      std::vector<std::future<std::uint64_t>> futures;
      futures.reserve(last - first);
      for (std::size_t i = first; i < last; ++i) {
        futures.push_back(std::async(std::launch::async, producers::task, i));
      }
      std::uint64_t sum = 0;
      for (auto& future : futures) sum += future.get();
      return sum;
    });
  });
}
