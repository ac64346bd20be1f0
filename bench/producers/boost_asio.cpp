// SPDX-License-Identifier: MIT
// producers: Boost.Asio's thread_pool, with a packaged_task as the completion token.
#include <future>
#include <vector>

#include <boost/asio/packaged_task.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return producers::measure(argc, argv, [](const bench::Run& run) {
    boost::asio::thread_pool pool(static_cast<std::size_t>(run.workers));
    return producers::from_four_threads(run, [&](std::size_t first, std::size_t last) {
      std::vector<std::future<std::uint64_t>> futures;
      futures.reserve(last - first);
      for (std::size_t i = first; i < last; ++i) {
        futures.push_back(boost::asio::post(
            pool, std::packaged_task<std::uint64_t()>([i] { return producers::task(i); })));
      }
      std::uint64_t sum = 0;
      for (auto& future : futures) sum += future.get();
      return sum;
    });
  });
}
