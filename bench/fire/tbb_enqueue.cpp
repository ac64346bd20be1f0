// SPDX-License-Identifier: MIT
// fire: oneTBB, task_arena::enqueue with a task that a group waits for.
#include <oneapi/tbb/task_group.h>

#include "../contenders/tbb_enqueue_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    tbb_enqueue::Pool pool(run.workers);
    tbb::task_group group;
    for (std::size_t i = 0; i < run.size; ++i) {
      pool.arena().enqueue(group.defer([&run, i] { fire::task(run.ran, i); }));
    }
    group.wait();
  });
}
