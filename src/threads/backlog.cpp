// SPDX-License-Identifier: MIT
#include "backlog.hpp"

namespace fanout::detail {

Backlog::Entry Backlog::try_enter() {
  const Lock lock(mutex_);
  if (closed_) return Entry::closed;
  if (taken_ >= places_) return Entry::full;
  ++taken_;
  return Entry::entered;
}

Backlog::Entry Backlog::enter() {
  Waiter waiter;
  {
    const Lock lock(mutex_);
    if (closed_) return Entry::closed;
    if (taken_ < places_) {
      ++taken_;
      return Entry::entered;
    }
    *last_ = &waiter;
    last_ = &waiter.next;
  }
  waiter.gate.wait();
  return waiter.entered ? Entry::entered : Entry::closed;
}

void Backlog::leave() {
  Waiter* waiter = nullptr;
  {
    const Lock lock(mutex_);
    waiter = first_;
    if (waiter == nullptr) {
      --taken_;
      return;
    }
    first_ = waiter->next;
    if (first_ == nullptr) last_ = &first_;
    waiter->entered = true;  // the place changes hands and stays taken
  }
  waiter->gate.open();
}

void Backlog::close() {
  Waiter* waiter = nullptr;
  {
    const Lock lock(mutex_);
    closed_ = true;
    waiter = first_;
    first_ = nullptr;
    last_ = &first_;
  }
  while (waiter != nullptr) {
    Waiter* const next = waiter->next;  // the waiter is gone once its gate is open
    waiter->gate.open();
    waiter = next;
  }
}

}  // namespace fanout::detail
