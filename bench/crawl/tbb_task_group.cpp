// SPDX-License-Identifier: MIT
// crawl: oneTBB's task_group: no futures, and the caller, who is one of the workers, runs tasks
// while it waits.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

namespace {

void visit(tbb::task_group& group, crawl::Tree& tree, std::size_t node) {
  tree.visit(node);
  for (const std::size_t child : tree.children(node)) {
    group.run([&group, &tree, child] { visit(group, tree, child); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run& run, crawl::Tree& tree) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    tbb::task_group group;
    group.run([&] { visit(group, tree, 0); });
    group.wait();
  });
}
