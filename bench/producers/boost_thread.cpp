// SPDX-License-Identifier: MIT
// producers: Boost.Thread's basic_thread_pool with boost::async.
#include <vector>

#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    return producers::from_four_threads(run, [&](std::size_t first, std::size_t last) {
      std::vector<boost::future<std::uint64_t>> futures;
      futures.reserve(last - first);
      for (std::size_t i = first; i < last; ++i) {
        futures.push_back(boost::async(pool, [i] { return producers::task(i); }));
      }
      std::uint64_t sum = 0;
      for (auto& future : futures) sum += future.get();
      return sum;
    });
  });
}
