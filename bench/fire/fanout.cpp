// SPDX-License-Identifier: MIT
// fire: fanout.
#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    for (std::size_t i = 0; i < run.size; ++i) {
      static_cast<void>(executor.submit(fire::task, run.ran, i));
    }
  });
}
