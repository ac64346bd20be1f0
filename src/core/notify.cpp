// SPDX-License-Identifier: MIT
#include "notify.hpp"

#include <utility>

namespace fanout::detail {
namespace {

// Callbacks in order, singly linked.
struct CallbackList {
  Listener* first = nullptr;
  Listener** last = &first;

  void append(Listener* listener) noexcept {
    listener->next = nullptr;
    *last = listener;
    last = &listener->next;
  }

  Listener* take_first() noexcept {
    Listener* const listener = first;
    if (listener == nullptr) return nullptr;
    first = listener->next;
    if (first == nullptr) last = &first;
    return listener;
  }

  void append(CallbackList& others) noexcept {
    if (others.first == nullptr) return;
    *last = others.first;
    last = others.last;
    others.first = nullptr;
    others.last = &others.first;
  }
};

constexpr int max_depth = 32;

// How many callbacks are on this thread's stack, and those put off because they were too many.
thread_local int depth = 0;
thread_local CallbackList put_off;

}  // namespace

void notify_listeners(Listener* newest) noexcept {
  Listener* in_order = nullptr;
  while (newest != nullptr) {
    Listener* const next = std::exchange(newest->next, in_order);
    in_order = std::exchange(newest, next);
  }
  CallbackList callbacks;
  while (in_order != nullptr) {
    Listener* const listener = in_order;
    in_order = listener->next;
    if (listener->kind == Listener::Kind::callback) {
      callbacks.append(listener);
    } else {
      listener->notify(listener);  // it may be gone
    }
  }
  if (callbacks.first == nullptr) return;
  if (depth == max_depth) {
    put_off.append(callbacks);
    return;
  }
  ++depth;
  while (Listener* const listener = callbacks.take_first()) {
    listener->notify(listener);  // it may be gone, and so may the state
    if (depth == max_depth) callbacks.append(put_off);
  }
  --depth;
}

}  // namespace fanout::detail
