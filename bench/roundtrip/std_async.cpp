// SPDX-License-Identifier: MIT
// roundtrip: std::async, a thread for each task.
#include <future>

#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += std::async(std::launch::async, roundtrip::task, i).get();
    }
    return answer;
  });
}
