// SPDX-License-Identifier: MIT
// A work-stealing deque after Chase and Lev: its owner pushes and pops at the bottom, thieves take
// from the top.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <fanout/detail/state.hpp>

namespace fanout::detail {

// All accesses to top_ and bottom_ that decide who gets an element are sequentially consistent. The
// race is for the last element: the owner stores bottom_ and then loads top_, a thief loads top_
// and then bottom_; in their single order one of them sees the other, and if both see one element
// left, the compare-exchange of top_ chooses. top_ only grows, so an old value of it never comes
// back.
//
// push() ends with a sequentially consistent store, which looks_empty() reads: see the README on
// parking.
class Deque {
 public:
  Deque() {
    rings_.push_back(std::make_unique<Ring>(64));
    ring_.store(rings_.back().get(), std::memory_order_relaxed);
  }

  // Owner. May throw std::bad_alloc, and then nothing was pushed.
  void push(State* task) {
    // relaxed: only the owner writes bottom_.
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    // acquire: pairs with the compare-exchange of thieves, who have read the slot that may be
    // reused.
    const std::int64_t top = top_.load(std::memory_order_acquire);
    // relaxed: only the owner writes ring_.
    Ring* ring = ring_.load(std::memory_order_relaxed);
    if (bottom - top >= ring->size()) ring = grow(top, bottom);
    ring->put(bottom, task);
    // seq_cst: publishes the slot and the task to thieves, and comes before the pusher's look for
    // sleepers.
    bottom_.store(bottom + 1, std::memory_order_seq_cst);
  }

  // Owner. The newest element, or null.
  State* pop() {
    // relaxed: only the owner writes these.
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    Ring* const ring = ring_.load(std::memory_order_relaxed);
    // relaxed: empty in the past is empty now, since only the owner pushes; and a worker that lives
    // on what comes from outside looks here before each task.
    if (top_.load(std::memory_order_relaxed) > bottom) return nullptr;
    // seq_cst, both: the owner's half of the race for the last element (see above).
    bottom_.store(bottom, std::memory_order_seq_cst);
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top < bottom) return ring->get(bottom);
    State* task = nullptr;
    if (top == bottom) {
      task = ring->get(bottom);
      // seq_cst: one of owner and thieves gets it.
      if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) task = nullptr;
    }
    // relaxed: the deque is empty, there is nothing to publish.
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return task;
  }

  // Anyone. The oldest element; null if there is none, or another thread was quicker.
  State* steal() {
    // seq_cst, both: the thief's half of the race for the last element.
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
    if (top >= bottom) return nullptr;
    // acquire: pairs with the release in grow(), for the copied slots.
    State* const task = ring_.load(std::memory_order_acquire)->get(top);
    // seq_cst: as in pop(). relaxed (on failure): the value read is dropped.
    return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                        std::memory_order_relaxed)
               ? task
               : nullptr;
  }

  // Anyone; for parking and statistics.
  bool looks_empty() const noexcept {
    // seq_cst: comes after the sleeper's announcement (see the README on parking).
    return top_.load(std::memory_order_seq_cst) >= bottom_.load(std::memory_order_seq_cst);
  }

 private:
  // A power of two of slots. The slots are atomic because a slow thief may read one while the owner
  // reuses it; the thief's compare-exchange then fails.
  class Ring {
   public:
    explicit Ring(std::size_t size) : slots_(size) {}

    std::int64_t size() const noexcept { return static_cast<std::int64_t>(slots_.size()); }
    // relaxed, both: bottom_ and top_ carry the order.
    State* get(std::int64_t i) const noexcept { return slot(i).load(std::memory_order_relaxed); }
    void put(std::int64_t i, State* task) noexcept {
      const_cast<Atomic<State*>&>(slot(i)).store(task, std::memory_order_relaxed);
    }

   private:
    const Atomic<State*>& slot(std::int64_t i) const noexcept {
      return slots_[static_cast<std::size_t>(i) & (slots_.size() - 1)];
    }
    std::vector<Atomic<State*>> slots_;
  };

  Ring* grow(std::int64_t top, std::int64_t bottom) {
    Ring* const old = rings_.back().get();
    rings_.push_back(std::make_unique<Ring>(2 * static_cast<std::size_t>(old->size())));
    Ring* const ring = rings_.back().get();
    for (std::int64_t i = top; i < bottom; ++i) ring->put(i, old->get(i));
    // release: publishes the copied slots; pairs with the acquire in steal().
    ring_.store(ring, std::memory_order_release);
    return ring;
  }

  alignas(64) Atomic<std::int64_t> top_{0};     // written by thieves
  alignas(64) Atomic<std::int64_t> bottom_{0};  // written by the owner
  Atomic<Ring*> ring_{nullptr};
  std::vector<std::unique_ptr<Ring>>
      rings_;  // old ones stay: a slow thief may still look into them
};

}  // namespace fanout::detail
