// SPDX-License-Identifier: MIT
// Futures in the order in which they are done: what stands behind as_completed, wait and map.
#pragma once

#include <cstddef>
#include <vector>

#include <fanout/detail/state.hpp>

namespace fanout::detail {

class CompletionQueue;

// Move-only. One consuming thread; the completing threads only ever touch the queue.
class Completions {
 public:
  explicit Completions(Deadline deadline);
  Completions(Completions&& other) noexcept;
  Completions& operator=(Completions other) noexcept;
  ~Completions();  // forgets what is not done

  // Takes one handle of each state (dropping those it knows already). States that are done are
  // queued at once, in this order. `distinct`: no state is among them twice.
  void add(std::vector<State*> states, bool distinct);

  // How many different states were added.
  std::size_t total() const noexcept;

  // The next state that is done, with its handle; null when all were handed out. Blocks; a task
  // runs awaited tasks of its own pool meanwhile. Throws TimeoutError when the deadline passes.
  State* next();

 private:
  CompletionQueue* queue_;
};

enum class WaitFor { first, first_failure, all };

// Blocks until the condition holds or the deadline has passed. Borrows the handles.
void wait_for(const std::vector<State*>& states, Deadline deadline, WaitFor condition);

// Drops later occurrences of the same state. Borrows the handles.
std::vector<State*> without_duplicates(const std::vector<State*>& states);

}  // namespace fanout::detail
