// SPDX-License-Identifier: MIT
// A node in a future's list of those who want to know when it is done.
#pragma once

namespace fanout::detail {

// Owned by whoever registers it, and it must live until it was notified or removed; one that is
// registered also holds a handle of the state, so that the state outlives its own notifications.
// The alignment leaves five low bits of its address to the state word.
struct alignas(32) Listener {
  enum class Kind : bool {
    waiter,    // wakes a thread or queues a completion: short, runs no code of the user
    callback,  // runs code of the user; after all waiters, in order of registration
  };

  // The listener may be gone when this returns.
  using Notify = void (*)(Listener*) noexcept;

  Listener(Notify how, Kind what) noexcept : notify(how), kind(what) {}

  Notify notify;
  Listener* next = nullptr;
  Kind kind;
};

}  // namespace fanout::detail
