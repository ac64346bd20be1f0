// SPDX-License-Identifier: MIT
// crawl: QThreadPool, whose waitForDone waits for what tasks start.
#include <QThreadPool>

#include "workload.hpp"

namespace {

struct Crawler {
  QThreadPool& pool;
  crawl::Tree& tree;

  void visit(std::size_t node) {
    tree.visit(node);
    for (const std::size_t child : tree.children(node)) {
      pool.start([this, child] { visit(child); });
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    QThreadPool pool;
    pool.setMaxThreadCount(run.workers);
    Crawler crawler{pool, tree};
    pool.start([&crawler] { crawler.visit(0); });
    pool.waitForDone();
  });
}
