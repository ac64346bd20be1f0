// SPDX-License-Identifier: MIT
// memory: Boost.Thread's basic_thread_pool with boost::async.
#include <vector>

#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return memory::measure(argc, argv, [](const bench::Run& run, memory::Meter& meter) {
    memory::Gate gate(run.workers);
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    std::vector<boost::future<std::uint64_t>> blocked;
    for (int i = 0; i < run.workers; ++i) {
      blocked.push_back(boost::async(pool, [&gate] { return gate.block(); }));
    }
    gate.wait_until_blocked();

    meter.start();
    std::vector<boost::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(boost::async(pool, [i] { return memory::task(i); }));
    }
    meter.stop();

    gate.open();
    std::uint64_t answer = 0;
    for (auto& future : futures) answer += future.get();
    return answer;
  });
}
