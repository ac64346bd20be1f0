// SPDX-License-Identifier: MIT
// roundtrip: the textbook pool.
#include <future>

#include "../contenders/textbook_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    textbook::Pool pool(run.workers);
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += pool.submit([i] { return roundtrip::task(i); }).get();
    }
    return answer;
  });
}
