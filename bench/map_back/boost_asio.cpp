// SPDX-License-Identifier: MIT
// map_back: Boost.Asio: each task posts its completion to an io_context that the caller runs.
#include <unordered_map>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return map_back::measure(argc, argv, [](const bench::Run& run) {
    boost::asio::io_context completions(1);  // run by one thread
    boost::asio::thread_pool pool(static_cast<std::size_t>(run.workers));
    std::unordered_map<std::size_t, std::uint64_t> inputs;
    inputs.reserve(run.size);
    std::size_t left = run.size;
    std::uint64_t answer = 0;
    const auto complete = [&](std::size_t id, std::uint64_t result) {
      answer += map_back::value_of(inputs[id], result);
      if (--left == 0) completions.stop();
    };
    for (std::size_t i = 0; i < run.size; ++i) {
      inputs[i] = map_back::input(i);
      boost::asio::post(pool, [&completions, &complete, i] {
        const std::uint64_t result = map_back::task(map_back::input(i));
        boost::asio::post(completions, [&complete, i, result] { complete(i, result); });
      });
    }
    const auto until_stopped = boost::asio::make_work_guard(completions);
    completions.run();
    return answer;
  });
}
