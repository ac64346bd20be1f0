// SPDX-License-Identifier: MIT
// roundtrip: fanout.
#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += executor.submit(roundtrip::task, i).result();
    }
    return answer;
  });
}
