// SPDX-License-Identifier: MIT
// idle: Boost.Thread's basic_thread_pool with boost::async.
#include <vector>

#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return idle::measure(argc, argv, [](const bench::Run& run, idle::Rest& rest) {
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    std::vector<boost::future<std::uint64_t>> futures;
    futures.reserve(idle::burst);
    for (std::size_t i = 0; i < idle::burst; ++i) {
      futures.push_back(boost::async(pool, [i] { return idle::task(i); }));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    rest();
    return answer;
  });
}
