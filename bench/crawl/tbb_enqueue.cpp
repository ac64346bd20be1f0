// SPDX-License-Identifier: MIT
// crawl: oneTBB, task_arena::enqueue with tasks that a group waits for.
#include <oneapi/tbb/task_group.h>

#include "../contenders/tbb_enqueue_pool.hpp"
#include "workload.hpp"

namespace {

struct Crawler {
  tbb::task_arena& arena;
  tbb::task_group& group;
  crawl::Tree& tree;

  void visit(std::size_t node) {
    tree.visit(node);
    for (const std::size_t child : tree.children(node)) {
      arena.enqueue(group.defer([this, child] { visit(child); }));
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    tbb_enqueue::Pool pool(run.workers);
    tbb::task_group group;
    Crawler crawler{pool.arena(), group, tree};
    pool.arena().enqueue(group.defer([&crawler] { crawler.visit(0); }));
    group.wait();
  });
}
