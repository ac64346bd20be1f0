// SPDX-License-Identifier: MIT
// map_back: Boost.Thread's basic_thread_pool and sync_queue.
#include <unordered_map>

#include <boost/thread/concurrent_queues/sync_queue.hpp>
#include <boost/thread/executors/basic_thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    boost::sync_queue<map_back::Completion> completions;
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    std::unordered_map<std::size_t, std::uint64_t> inputs;
    inputs.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      inputs[i] = map_back::input(i);
      pool.submit([&completions, i] {
        completions.push(map_back::Completion{i, map_back::task(map_back::input(i))});
      });
    }
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      const map_back::Completion completion = completions.pull();
      answer += map_back::value_of(inputs[completion.id], completion.result);
    }
    return answer;
  });
}
