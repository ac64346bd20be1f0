// SPDX-License-Identifier: MIT
#include "injector.hpp"

namespace fanout::detail {

bool Injector::push(State* task) noexcept {
  QueueLink* const link = task;
  // relaxed: published by the release when the predecessor is linked.
  link->next.store(nullptr, std::memory_order_relaxed);
  // relaxed: only compared, and the predecessor stays alive until it is linked (takers stop there).
  std::uintptr_t tail = tail_.load(std::memory_order_relaxed);
  do {
    if ((tail & closed_bit) != 0) return false;
    // seq_cst: comes before the submitter's look for sleepers. It also publishes the null link to a
    // taker that finds the task to be the last (acquire in take_one()).
  } while (!tail_.compare_exchange_weak(tail, address_of(link), std::memory_order_seq_cst,
                                        std::memory_order_relaxed));
  // release: publishes the task; pairs with the acquires in take_one().
  reinterpret_cast<QueueLink*>(tail)->next.store(link, std::memory_order_release);
  return true;
}

bool Injector::close() noexcept {
  // seq_cst: comes before the closer's look for sleepers. release: publishes why it is closed.
  return (tail_.fetch_or(closed_bit, std::memory_order_seq_cst) & closed_bit) == 0;
}

std::size_t Injector::take(State** tasks, std::size_t count) {
  const Lock lock(takers_);
  std::size_t taken = 0;
  while (taken < count) {
    QueueLink* const link = take_one();
    if (link == nullptr) break;
    tasks[taken++] = static_cast<State*>(link);
  }
  return taken;
}

QueueLink* Injector::take_one() noexcept {
  QueueLink* link = head_;
  // acquire: pairs with the release in push(), for the task behind the link.
  QueueLink* next = link->next.load(std::memory_order_acquire);
  if (link == &stub_) {
    if (next == nullptr) return nullptr;
    head_ = link = next;
    next = link->next.load(std::memory_order_acquire);  // acquire: as above
  }
  if (next != nullptr) {
    head_ = next;
    prefetch(next);
    return link;
  }
  // `link` is the last one, unless a push is between its two steps: put the stub in its place.
  // relaxed: the compare-exchange decides.
  std::uintptr_t tail = tail_.load(std::memory_order_relaxed);
  if ((tail & ~closed_bit) != address_of(link)) return nullptr;
  stub_.next.store(nullptr, std::memory_order_relaxed);  // relaxed: published by the exchange
  // acq_rel: releases the stub's link to the next pusher (who links it, so only coherence matters)
  // and acquires the task; seq_cst so that empty() is exact in the order that parking reasons
  // about.
  while (!tail_.compare_exchange_weak(tail, address_of(&stub_) | (tail & closed_bit),
                                      std::memory_order_seq_cst, std::memory_order_relaxed)) {
    if ((tail & ~closed_bit) != address_of(link)) return nullptr;
  }
  head_ = &stub_;
  return link;
}

}  // namespace fanout::detail
