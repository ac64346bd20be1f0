// SPDX-License-Identifier: MIT
// roundtrip: moodycamel's concurrent queue with plain threads.
#include <future>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    moodycamel_threads::Pool<std::packaged_task<std::uint64_t()>> pool(run.workers);
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += pool.submit([i] { return roundtrip::task(i); }).get();
    }
    return answer;
  });
}
