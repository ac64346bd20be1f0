// SPDX-License-Identifier: MIT
// crawl: the same without any library, in one thread.
#include <queue>

#include "workload.hpp"

int main(int argc, char** argv) {
  return crawl::measure(argc, argv, [](const bench::Run&, crawl::Tree& tree) {
    std::queue<std::size_t> found({0});
    for (; !found.empty(); found.pop()) {
      tree.visit(found.front());
      for (const std::size_t child : tree.children(found.front())) found.push(child);
    }
  });
}
