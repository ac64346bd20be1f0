// SPDX-License-Identifier: MIT
// process_roundtrip: fanout.
#include <fanout/process_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  return process_roundtrip::measure(argc, argv, [](const bench::Run& run) {
    fanout::ProcessPoolExecutor executor(run.workers);
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += executor.submit(process_roundtrip::echo, i).result();
    }
    return answer;
  });
}
