// SPDX-License-Identifier: MIT
// crawl: Boost.Asio's thread_pool, whose join waits for what tasks post.
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "workload.hpp"

namespace {

struct Crawler {
  boost::asio::thread_pool& pool;
  crawl::Tree& tree;

  void visit(std::size_t node) {
    tree.visit(node);
    for (const std::size_t child : tree.children(node)) {
      boost::asio::post(pool, [this, child] { visit(child); });
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    boost::asio::thread_pool pool(static_cast<std::size_t>(run.workers));
    Crawler crawler{pool, tree};
    boost::asio::post(pool, [&crawler] { crawler.visit(0); });
    pool.join();
  });
}
