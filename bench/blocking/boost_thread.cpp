// SPDX-License-Identifier: MIT
// blocking: Boost.Thread's basic_thread_pool with boost::async.
#include <vector>

#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return blocking::measure(argc, argv, [](const bench::Run& run) {
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    std::vector<boost::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(boost::async(pool, blocking::task));
    }
    std::uint64_t slept = 0;
    for (auto& future : futures) slept += future.get();
    return slept;
  });
}
