// SPDX-License-Identifier: MIT
// list: Boost.Asio's thread_pool, with a packaged_task as the completion token.
#include <future>
#include <vector>

#include <boost/asio/packaged_task.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return list::measure(argc, argv, [](const bench::Run& run) {
    boost::asio::thread_pool pool(static_cast<std::size_t>(run.workers));
    std::vector<std::future<std::uint64_t>> futures;
    futures.reserve(run.size);
    for (std::size_t i = 0; i < run.size; ++i) {
      futures.push_back(boost::asio::post(
          pool, std::packaged_task<std::uint64_t()>([i] { return list::task(i); })));
    }
    std::uint64_t answer = 0;
    for (auto& future : futures) answer = list::add(answer, future.get());
    return answer;
  });
}
