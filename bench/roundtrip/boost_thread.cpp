// SPDX-License-Identifier: MIT
// roundtrip: Boost.Thread's basic_thread_pool with boost::async.
#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += boost::async(pool, [i] { return roundtrip::task(i); }).get();
    }
    return answer;
  });
}
