// SPDX-License-Identifier: MIT
// fire: the textbook pool, without futures.
#include "../contenders/textbook_pool.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    textbook::Pool pool(run.workers);
    for (std::size_t i = 0; i < run.size; ++i) pool.post([&run, i] { fire::task(run.ran, i); });
  });
}
