// SPDX-License-Identifier: MIT
// fire: Boost.Asio's thread_pool, without futures.
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  return fire::measure(argc, argv, [](const fire::Input& run) {
    boost::asio::thread_pool pool(static_cast<std::size_t>(run.workers));
    for (std::size_t i = 0; i < run.size; ++i) {
      boost::asio::post(pool, [&run, i] { fire::task(run.ran, i); });
    }
    pool.join();
  });
}
