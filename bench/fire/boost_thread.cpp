// SPDX-License-Identifier: MIT
// fire: Boost.Thread's basic_thread_pool, without futures.
#include <boost/thread/executors/basic_thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    for (std::size_t i = 0; i < run.size; ++i) pool.submit([&run, i] { fire::task(run.ran, i); });
    pool.close();
    pool.join();
  });
}
