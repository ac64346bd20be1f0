// SPDX-License-Identifier: MIT
// crawl: tasks that submit tasks. A tree is walked; the task of a node submits one for each child
// and waits for none. The number: nanoseconds per node.
#pragma once

#include <algorithm>
#include <ranges>
#include <vector>

#include "../support/bench.hpp"

namespace crawl {

// Node 0 is the root; each node has eight children as long as there are nodes left.
class Tree {
 public:
  explicit Tree(std::size_t size) : visits_(size) {}

  std::size_t size() const { return visits_.size(); }
  auto children(std::size_t node) const {
    const std::size_t first = std::min(8 * node + 1, size());
    return std::views::iota(first, std::min(first + 8, size()));
  }

  // What the task of a node has to do besides.
  void visit(std::size_t node) { ++visits_[node]; }

  bool all_visited_once() const { return std::ranges::count(visits_, 1) == std::ssize(visits_); }

 private:
  std::vector<std::uint8_t> visits_;
};

// The body gets the run and the tree, and returns when all nodes have been visited.
template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {500'000, bench::usable_cores()});
  Tree tree(run.size);
  const auto walk = [&](const bench::Run& given) {
    body(given, tree);
    return tree.all_visited_once();
  };
  return bench::measure_per_task(run, run.size, true, walk);
}

}  // namespace crawl
