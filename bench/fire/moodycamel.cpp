// SPDX-License-Identifier: MIT
// fire: moodycamel's concurrent queue with plain threads, without futures.
#include <functional>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    moodycamel_threads::Pool<std::function<void()>> pool(run.workers);
    for (std::size_t i = 0; i < run.size; ++i) pool.post([&run, i] { fire::task(run.ran, i); });
  });
}
