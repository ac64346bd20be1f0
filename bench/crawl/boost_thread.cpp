// SPDX-License-Identifier: MIT
// crawl: Boost.Thread's basic_thread_pool.
#include <latch>

#include <boost/thread/executors/basic_thread_pool.hpp>

#include "workload.hpp"

namespace {

struct Crawler {
  boost::basic_thread_pool& pool;
  crawl::Tree& tree;
  std::latch& left;

  void visit(std::size_t node) {
    tree.visit(node);
    for (const std::size_t child : tree.children(node)) {
      pool.submit([this, child] { visit(child); });
    }
    left.count_down();
  }
};

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    std::latch left(static_cast<std::ptrdiff_t>(tree.size()));
    boost::basic_thread_pool pool(static_cast<unsigned>(run.workers));
    Crawler crawler{pool, tree, left};
    pool.submit([&crawler] { crawler.visit(0); });
    left.wait();
  });
}
