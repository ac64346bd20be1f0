// SPDX-License-Identifier: MIT
#include "completion_queue.hpp"

#include <algorithm>
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
    node->next = head == asleep() ? nullptr : head;
    // release: publishes the node, and the outcome of its state; pairs with the acquire in
    // collect().
  } while (!done_.compare_exchange_weak(head, node, std::memory_order_release,
                                        std::memory_order_relaxed));
  if (head == asleep()) gate_.open();  // *this may be gone
}

CompletionQueue::~CompletionQueue() {
  for (Node& node : nodes_) {
    if (node.state != nullptr && node.state->remove_listener(node)) {
      std::exchange(node.state, nullptr)->drop_handle();
      --awaited_;
    }
  }
  // The rest is being pushed right now, by threads that are past all user code.
  while (awaited_ > 0) {
    if (!collect()) sleep(Deadline::never());
  }
  for (; next_ready_ < ready_.size(); ++next_ready_) ready_[next_ready_]->drop_handle();
}

void CompletionQueue::add(std::vector<State*> states, bool distinct) {
  std::size_t taken = 0;
  try {
    if (total_ > 0 || !distinct) know_others_than(states);
    make_room(states.size());
    for (; taken < states.size(); ++taken) {
      constexpr std::size_t ahead = 8;  // their words are far apart, and cold
      if (taken + ahead < states.size()) prefetch(states[taken + ahead]);
      add_one(states[taken]);
    }
  } catch (...) {
    for (; taken < states.size(); ++taken) states[taken]->drop_handle();
    throw;
  }
}

// Takes the handle, or throws and changes nothing. There is room in ready_ and known_.
void CompletionQueue::add_one(State* state) {
  const bool done = state->done();
  if (!done && free_ == nullptr) free_ = &nodes_.emplace_back(*this);
  if (knows_ && !known_.insert(state)) {
    state->drop_handle();
    return;
  }
  if (done || !await(state)) ready_.push_back(state);
  ++total_;
}

// From now on repeated states are noticed.
void CompletionQueue::know_others_than(const std::vector<State*>& added) {
  known_.reserve(awaited_ + ready_.size() - next_ready_ + added.size());
  if (std::exchange(knows_, true)) return;
  for (std::size_t i = next_ready_; i < ready_.size(); ++i) known_.insert(ready_[i]);
  for (const Node& node : nodes_) {
    if (node.state != nullptr) known_.insert(node.state);
  }
}

// So that collect() finds room when all that are awaited, and `count` more, are done.
void CompletionQueue::make_room(std::size_t count) {
  if (2 * next_ready_ >= ready_.size()) {
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(next_ready_));
    next_ready_ = 0;
  }
  const std::size_t needed = ready_.size() + awaited_ + count;
  if (needed > ready_.capacity()) ready_.reserve(std::max(needed, 2 * ready_.capacity()));
}

// With the first free node. False: it is done.
bool CompletionQueue::await(State* state) noexcept {
  Node& node = static_cast<Node&>(*free_);
  Listener* const others = node.next;
  node.state = state;
  ++awaited_;
  if (state->add_listener(node)) {
    free_ = others;
    next_to_run_ = 0;  // the node may be before those that were looked at
    return true;
  }
  node.state = nullptr;
  node.next = others;
  --awaited_;
  return false;
}

// Moves what was pushed to the ready ones, oldest first. Says whether there was anything.
bool CompletionQueue::collect() noexcept {
  // acquire: pairs with the release in push_done(), for the nodes and the outcomes.
  Listener* newest = done_.exchange(nullptr, std::memory_order_acquire);
  if (newest == nullptr) return false;
  Listener* oldest = nullptr;
  while (newest != nullptr) {
    Listener* const next = std::exchange(newest->next, oldest);
    oldest = std::exchange(newest, next);
  }
  while (oldest != nullptr) {
    Node& node = static_cast<Node&>(*oldest);
    oldest = std::exchange(node.next, free_);
    free_ = &node;
    --awaited_;
    ready_.push_back(std::exchange(node.state, nullptr));  // there is room
  }
  return true;
}

// In a task: runs the next awaited task that this thread may run.
bool CompletionQueue::run_awaited() {
  if (context.helper == nullptr || !deadline_.is_never()) return false;
  while (next_to_run_ < nodes_.size()) {
    Node& node = nodes_[next_to_run_++];
    if (node.state != nullptr && context.helper->run_awaited(*node.state)) return true;
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

std::vector<State*> CompletionQueue::awaited() const {
  std::vector<State*> states;
  for (const Node& node : nodes_) {
    if (node.state != nullptr) states.push_back(node.state);
  }
  return states;
}

State* CompletionQueue::next() {
  while (next_ready_ == ready_.size()) {
    if (awaited_ == 0) return nullptr;
    if (collect() || run_awaited()) continue;
    if (deadline_.passed()) return nullptr;
    // relaxed: only a hint that it is worth collecting.
    if (spin_until([this] { return done_.load(std::memory_order_relaxed) != nullptr; })) continue;
    std::optional<WaitEdge> edge;
    // A wait for the first of several may end in many ways; one for the last of them only in one.
    if (awaited_ == 1 && context.frame != nullptr && deadline_.is_never()) edge.emplace(awaited());
    if (!sleep(deadline_)) return nullptr;
  }
  constexpr std::size_t ahead = 4;  // the reader goes on to their values
  if (next_ready_ + ahead < ready_.size()) prefetch(ready_[next_ready_ + ahead]);
  State* const state = ready_[next_ready_++];
  if (knows_) known_.erase(state);
  if (next_ready_ == ready_.size()) {
    ready_.clear();
    next_ready_ = 0;
  }
  return state;
}

void CompletionQueue::cancel_rest() noexcept {
  for (Node& node : nodes_) {
    if (node.state != nullptr) node.state->cancel();
  }
}

void CompletionQueue::throw_timeout() const {
  throw TimeoutError(std::to_string(awaited_) + " (of " + std::to_string(total_) +
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

void Completions::add(std::vector<State*> states, bool distinct) {
  queue_->add(std::move(states), distinct);
}

std::size_t Completions::total() const noexcept { return queue_->total(); }

State* Completions::next() {
  State* const state = queue_->next();
  if (state == nullptr && !queue_->empty()) queue_->throw_timeout();
  return state;
}

}  // namespace fanout::detail
