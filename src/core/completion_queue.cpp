// SPDX-License-Identifier: MIT
#include "completion_queue.hpp"

#include <optional>
#include <string>
#include <utility>

#include <fanout/errors.hpp>

#include "context.hpp"
#include "spin.hpp"
#include "wait_graph.hpp"

namespace fanout::detail {

// An address that is no node's.
CompletionQueue::Node* CompletionQueue::asleep() noexcept {
  alignas(32) static char mark[32];
  return reinterpret_cast<Node*>(mark);
}

void CompletionQueue::Node::arrive(Listener* listener) noexcept {
  Node* const node = static_cast<Node*>(listener);
  node->queue->push_done(node);
}

void CompletionQueue::push_done(Node* node) noexcept {
  // relaxed: the value is only compared and linked to; the push below has the order it needs.
  Node* head = done_.load(std::memory_order_relaxed);
  do {
    node->next_done = head == asleep() ? nullptr : head;
    // release: publishes the node, and the outcome of its state; pairs with the acquire in
    // collect().
  } while (!done_.compare_exchange_weak(head, node, std::memory_order_release,
                                        std::memory_order_relaxed));
  if (head == asleep()) gate_.open();  // *this may be gone
}

CompletionQueue::~CompletionQueue() {
  std::size_t arriving = total_ - arrived_;
  for (Node& node : nodes_) {
    if (!node.arrived && node.state->remove_listener(node)) {
      node.arrived = true;
      --arriving;
    }
  }
  // The rest is being pushed right now, by threads that are past all user code.
  while (arriving > 0) {
    const std::size_t before = arrived_;
    if (!collect()) sleep(Deadline::never());
    arriving -= arrived_ - before;
  }
  for (Node& node : nodes_) {
    if (node.state != nullptr) node.state->drop_handle();
  }
}

void CompletionQueue::add(std::vector<State*> states) {
  std::size_t taken = 0;
  try {
    known_.reserve(outstanding_ + states.size());
    for (State* const state : states) {
      add_one(state);
      ++taken;
    }
  } catch (...) {
    for (std::size_t i = taken; i < states.size(); ++i) states[i]->drop_handle();
    throw;
  }
}

// Takes the handle, or throws.
void CompletionQueue::add_one(State* state) {
  if (known_.contains(state)) {
    state->drop_handle();
    return;
  }
  Node& node = new_node(state);
  known_.insert(state);  // there is room
  ++total_;
  ++outstanding_;
  if (!state->add_listener(node)) make_ready(&node);
}

CompletionQueue::Node& CompletionQueue::new_node(State* state) {
  if (free_ == nullptr) return nodes_.emplace_back(*this, state);
  Node& node = *free_;
  free_ = node.next_done;
  node.arrived = false;
  node.state = state;
  next_to_run_ = 0;
  return node;
}

void CompletionQueue::make_ready(Node* node) noexcept {
  node->arrived = true;
  ++arrived_;
  node->next_done = nullptr;
  if (first_ready_ == nullptr) {
    first_ready_ = node;
  } else {
    last_ready_->next_done = node;
  }
  last_ready_ = node;
}

// Moves what was pushed to the ready list, oldest first. Says whether there was anything.
bool CompletionQueue::collect() noexcept {
  // acquire: pairs with the release in push_done(), for the nodes and the outcomes.
  Node* newest = done_.exchange(nullptr, std::memory_order_acquire);
  if (newest == nullptr) return false;
  Node* oldest = nullptr;
  while (newest != nullptr) {
    Node* const next = std::exchange(newest->next_done, oldest);
    oldest = std::exchange(newest, next);
  }
  while (oldest != nullptr) {
    Node* const next = oldest->next_done;
    make_ready(oldest);
    oldest = next;
  }
  return true;
}

// In a task: runs the next awaited task that this thread may run.
bool CompletionQueue::run_awaited() {
  if (context.helper == nullptr || !deadline_.is_never()) return false;
  while (next_to_run_ < nodes_.size()) {
    Node& node = nodes_[next_to_run_++];
    if (!node.arrived && context.helper->run_awaited(*node.state)) return true;
  }
  return false;
}

// Sleeps until something is pushed; false when the deadline passes first.
bool CompletionQueue::sleep(Deadline deadline) {
  Node* expected = nullptr;
  // relaxed: announces the sleep and publishes nothing; what was pushed instead is collected next.
  if (!done_.compare_exchange_strong(expected, asleep(), std::memory_order_relaxed)) return true;
  if (!gate_.wait_until(deadline)) {
    expected = asleep();
    // relaxed: takes the announcement back.
    if (done_.compare_exchange_strong(expected, nullptr, std::memory_order_relaxed)) return false;
    gate_.wait();  // a push found the announcement and is opening the gate
  }
  gate_.close();
  return true;
}

std::vector<State*> CompletionQueue::not_arrived() const {
  std::vector<State*> states;
  for (const Node& node : nodes_) {
    if (!node.arrived) states.push_back(node.state);
  }
  return states;
}

State* CompletionQueue::next() {
  while (first_ready_ == nullptr) {
    if (outstanding_ == 0) return nullptr;
    if (collect() || run_awaited()) continue;
    if (deadline_.passed()) return nullptr;
    // relaxed: only a hint that it is worth collecting.
    if (spin_until([this] { return done_.load(std::memory_order_relaxed) != nullptr; })) continue;
    std::optional<WaitEdge> edge;
    // A wait for the first of several may end in many ways; one for the last of them only in one.
    if (outstanding_ == 1 && context.frame != nullptr && deadline_.is_never()) {
      edge.emplace(not_arrived());
    }
    if (!sleep(deadline_)) return nullptr;
  }
  Node* const node = first_ready_;
  first_ready_ = node->next_done;
  node->next_done = free_;
  free_ = node;
  --outstanding_;
  known_.erase(node->state);
  return std::exchange(node->state, nullptr);
}

void CompletionQueue::cancel_rest() noexcept {
  for (Node& node : nodes_) {
    if (!node.arrived) node.state->cancel();
  }
}

void CompletionQueue::throw_timeout() const {
  throw TimeoutError(std::to_string(total_ - arrived_) + " (of " + std::to_string(total_) +
                     ") futures unfinished");
}

Completions::Completions(Deadline deadline) : queue_(new CompletionQueue(deadline)) {}

Completions::Completions(Completions&& other) noexcept
    : queue_(std::exchange(other.queue_, nullptr)) {}

Completions& Completions::operator=(Completions other) noexcept {
  std::swap(queue_, other.queue_);
  return *this;
}

Completions::~Completions() { delete queue_; }

void Completions::add(std::vector<State*> states) { queue_->add(std::move(states)); }

std::size_t Completions::total() const noexcept { return queue_->total(); }

State* Completions::next() {
  State* const state = queue_->next();
  if (state == nullptr && !queue_->empty()) queue_->throw_timeout();
  return state;
}

}  // namespace fanout::detail
