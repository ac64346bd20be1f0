// SPDX-License-Identifier: MIT
// The queue behind Completions: completing threads push nodes, one consumer takes them in order.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include <fanout/detail/completions.hpp>

#include "pointer_set.hpp"

namespace fanout::detail {

// States that are done wait in `ready_`; each of the others has a node among its listeners. The nodes
// live here, so completing allocates nothing, and are used again: input may be endless.
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

  // `distinct`: no state is among them twice, so the first call need not look for that.
  void add(std::vector<State*> states, bool distinct);

  // The next one, with its handle; null at the end, and when the deadline has passed.
  State* next();

  std::size_t total() const noexcept { return total_; }
  bool empty() const noexcept { return awaited_ == 0 && next_ready_ == ready_.size(); }

  // Cancels what has not arrived.
  void cancel_rest() noexcept;

  [[noreturn]] void throw_timeout() const;

 private:
  struct Node final : Listener {
    explicit Node(CompletionQueue& home) noexcept : Listener(&arrive, Kind::waiter), queue(&home) {}

    static void arrive(Listener* listener) noexcept;

    // `next` of Listener links it in done_, and when it is free.
    CompletionQueue* queue;
    State* state = nullptr;  // a handle; null when the node is free
  };

  static Node* asleep() noexcept;

  void add_one(State* state);
  void know_others_than(const std::vector<State*>& added);
  void make_room(std::size_t count);
  bool await(State* state) noexcept;
  void push_done(Node* node) noexcept;
  bool collect() noexcept;
  bool run_awaited();
  bool sleep(Deadline deadline);
  std::vector<State*> awaited() const;

  const Deadline deadline_;
  Atomic<Node*> done_{nullptr};
  Gate gate_;

  // The consumer's own.
  std::vector<State*> ready_;   // handles; there is room for all that are awaited
  std::size_t next_ready_ = 0;  // those before it were handed out
  std::deque<Node> nodes_;
  Listener* free_ = nullptr;     // nodes
  std::size_t awaited_ = 0;      // nodes that are not free
  std::size_t next_to_run_ = 0;  // nodes before it cannot be run by this thread
  std::size_t total_ = 0;        // states ever added
  bool knows_ = false;
  PointerSet known_;  // if knows_: the states that were not handed out; the others may be gone
};

}  // namespace fanout::detail
