// SPDX-License-Identifier: MIT
// crawl: fanout.
#include <latch>

#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

namespace {

struct Crawler {
  fanout::ThreadPoolExecutor& executor;
  crawl::Tree& tree;
  std::latch& left;

  void visit(std::size_t node) {
    tree.visit(node);
    for (const std::size_t child : tree.children(node)) {
      static_cast<void>(executor.submit(&Crawler::visit, this, child));
    }
    left.count_down();
  }
};

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    std::latch left(static_cast<std::ptrdiff_t>(tree.size()));
    fanout::ThreadPoolExecutor executor(run.workers);
    Crawler crawler{executor, tree, left};
    static_cast<void>(executor.submit(&Crawler::visit, &crawler, std::size_t{0}));
    left.wait();
  });
}
