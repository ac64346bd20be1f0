// SPDX-License-Identifier: MIT
// crawl: moodycamel's concurrent queue with plain threads.
#include <functional>
#include <latch>

#include "../contenders/moodycamel_pool.hpp"
#include "workload.hpp"

namespace {

struct Crawler {
  moodycamel_threads::Pool<std::function<void()>>& pool;
  crawl::Tree& tree;
  std::latch& left;

  void visit(std::size_t node) {
    tree.visit(node);
    for (const std::size_t child : tree.children(node)) {
      pool.post([this, child] { visit(child); });
    }
    left.count_down();
  }
};

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    std::latch left(static_cast<std::ptrdiff_t>(tree.size()));
    moodycamel_threads::Pool<std::function<void()>> pool(run.workers);
    Crawler crawler{pool, tree, left};
    pool.post([&crawler] { crawler.visit(0); });
    left.wait();
  });
}
