// SPDX-License-Identifier: MIT
// Finds circles of tasks that wait for each other, before the last wait of the circle blocks.
#pragma once

#include <vector>

#include <fanout/detail/state.hpp>

namespace fanout::detail {

// For a scope: the tasks on this thread's stack wait, without a timeout, for all of `awaited`.
//
// Only a wait that is about to block enters the graph, so a task that is running an awaited task on
// its own stack costs nothing. When a wait enters, it registers for the whole stack: each task
// waits for the one above it, the topmost for `awaited`. A circle therefore becomes visible exactly
// when its last wait enters, and that wait throws. Outside of tasks there is nothing to register.
class WaitEdge {
 public:
  // Throws DeadlockError if an awaited task waits, directly or not, for a task of this stack.
  explicit WaitEdge(const std::vector<State*>& awaited);
  ~WaitEdge();
  WaitEdge(const WaitEdge&) = delete;
  WaitEdge& operator=(const WaitEdge&) = delete;

 private:
  bool registered_ = false;
};

}  // namespace fanout::detail
