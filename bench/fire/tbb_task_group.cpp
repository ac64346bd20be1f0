// SPDX-License-Identifier: MIT
// fire: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    tbb::task_group group;
    for (std::size_t i = 0; i < run.size; ++i) group.run([&run, i] { fire::task(run.ran, i); });
    group.wait();
  });
}
