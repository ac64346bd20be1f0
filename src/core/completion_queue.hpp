// SPDX-License-Identifier: MIT
// The queue behind Completions: completing threads push nodes, one consumer takes them in order.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include <fanout/detail/completions.hpp>

#include "pointer_set.hpp"

namespace fanout::detail {

// One node a state that was not handed out; they live here, so completing allocates nothing.
//
// `done_` is a stack of nodes, newest first; or null; or `asleep()`, while the consumer sleeps on
// the gate. A completing thread touches the queue for the last time when it pushes its node, or, if
// it found the consumer asleep, when it opens the gate. Hence the consumer may destroy the queue as
// soon as each node was either removed from its state or has arrived here.
class CompletionQueue {
 public:
  explicit CompletionQueue(Deadline deadline) : deadline_(deadline) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;
  ~CompletionQueue();

  void add(std::vector<State*> states);

  // The next one, with its handle; null at the end, and when the deadline has passed.
  State* next();

  std::size_t total() const noexcept { return total_; }
  bool empty() const noexcept { return outstanding_ == 0; }

  // Cancels what has not arrived.
  void cancel_rest() noexcept;

  [[noreturn]] void throw_timeout() const;

 private:
  struct Node final : Listener {
    Node(CompletionQueue& home, State* awaited) noexcept
        : Listener(&arrive, Kind::waiter), queue(&home), state(awaited) {}

    static void arrive(Listener* listener) noexcept;

    bool arrived = false;  // the consumer's
    CompletionQueue* queue;
    State* state;               // a handle; null when handed out
    Node* next_done = nullptr;  // in done_, then in the list of ready nodes, then of free ones
  };

  static Node* asleep() noexcept;

  void add_one(State* state);
  Node& new_node(State* state);
  void push_done(Node* node) noexcept;
  bool collect() noexcept;
  bool run_awaited();
  bool sleep(Deadline deadline);
  void make_ready(Node* node) noexcept;
  std::vector<State*> not_arrived() const;

  const Deadline deadline_;
  Atomic<Node*> done_{nullptr};
  Gate gate_;

  // The consumer's own.
  std::deque<Node> nodes_;
  PointerSet known_;  // the states that were not handed out; the others may be gone
  Node* first_ready_ = nullptr;
  Node* last_ready_ = nullptr;
  Node* free_ = nullptr;         // handed out, to be used again: input may be endless
  std::size_t total_ = 0;        // ever added
  std::size_t arrived_ = 0;      // of these
  std::size_t outstanding_ = 0;  // added and not handed out
  std::size_t next_to_run_ = 0;  // nodes before it cannot be run by this thread
};

}  // namespace fanout::detail
