// SPDX-License-Identifier: MIT
// An object that a whole process shares.
#pragma once

#include <atomic>
#include <memory>

#include "fork_guard.hpp"

namespace fanout::detail {

// Made when it is first asked for, and never destroyed: threads that nobody waits for use it to the
// very end. A forked child makes another one, because its parent's may be locked, or half changed,
// by a thread that the child does not have. No lock is held while it is made, for the same reason.
template <class T>
class PerProcess {
 public:
  // Throws what making it throws.
  T& get() {
    Owned* newest = newest_.load(std::memory_order_acquire);  // acquire: the object
    if (is_own(newest)) return newest->object;
    auto made = std::make_unique<Owned>(newest);
    // release: publishes the object to whoever finds it. acquire: another thread's, which came first.
    if (newest_.compare_exchange_strong(newest, made.get(), std::memory_order_release,
                                        std::memory_order_acquire)) {
      newest = made.release();
    }
    return newest->object;
  }

  // Null if this process has none yet.
  T* find() const noexcept {
    Owned* const newest = newest_.load(std::memory_order_acquire);  // acquire: the object
    return is_own(newest) ? &newest->object : nullptr;
  }

 private:
  struct Owned {
    explicit Owned(Owned* of_parent) noexcept(noexcept(T())) : of_parent(of_parent) {}

    Owned* const of_parent;  // so that it is not taken for a leak
    const ForkGuard fork_guard;
    T object;
  };

  static bool is_own(const Owned* newest) noexcept {
    return newest != nullptr && !newest->fork_guard.in_child();
  }

  std::atomic<Owned*> newest_{nullptr};
};

}  // namespace fanout::detail
