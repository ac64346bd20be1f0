// SPDX-License-Identifier: MIT
// roundtrip: Boost.Asio's thread_pool, with a packaged_task as the completion token.
#include <future>

#include <boost/asio/packaged_task.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return roundtrip::measure(argc, argv, [](const bench::Run& run) {
    boost::asio::thread_pool pool(static_cast<std::size_t>(run.workers));
    std::uint64_t answer = 0;
    for (std::size_t i = 0; i < run.size; ++i) {
      answer += boost::asio::post(
                    pool, std::packaged_task<std::uint64_t()>([i] { return roundtrip::task(i); }))
                    .get();
    }
    return answer;
  });
}
