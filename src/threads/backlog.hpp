// SPDX-License-Identifier: MIT
// The places of a bounded queue: how many tasks may wait for a worker, and who waits for a place.
#pragma once

#include <cstddef>

#include <fanout/detail/seam.hpp>

#include "../core/mutex.hpp"

namespace fanout::detail {

class Backlog {
 public:
  enum class Entry { entered, full, closed };

  explicit Backlog(std::size_t places) noexcept : places_(places) {}

  bool bounded() const noexcept { return places_ > 0; }

  // Takes a place if one is free. Never blocks.
  Entry try_enter();

  // Waits for a place, first come first served. Never `full`.
  Entry enter();

  // A task left `pending` and gives its place up: to the first who waits, if any.
  void leave();

  // Turns everybody away from now on, those who wait included.
  void close();

 private:
  struct Waiter {
    Gate gate;
    Waiter* next = nullptr;
    bool entered = false;
  };

  const std::size_t places_;
  Mutex mutex_;
  std::size_t taken_ FANOUT_GUARDED_BY(mutex_) = 0;
  bool closed_ FANOUT_GUARDED_BY(mutex_) = false;
  Waiter* first_ FANOUT_GUARDED_BY(mutex_) = nullptr;
  Waiter** last_ FANOUT_GUARDED_BY(mutex_) = &first_;
};

}  // namespace fanout::detail
