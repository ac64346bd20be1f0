// SPDX-License-Identifier: MIT
// The queue for tasks from outside the pool: first in, first out, lock-free for those who submit.
#pragma once

#include <cstddef>
#include <cstdint>

#include <fanout/detail/state.hpp>

#include "../core/mutex.hpp"

namespace fanout::detail {

// A linked list after Vyukov. A submitter makes its task the tail by compare-exchange and then
// links it to its predecessor; takers follow the links under a mutex. Between those two steps of a
// submitter the list is torn: takers see its end there, and the submitter's own wake-up comes after
// the link.
//
// When the last task is taken the stub becomes the tail again. So `tail_ == &stub_` says exactly
// that the queue is empty. The low bit of tail_ closes the queue: no push succeeds afterwards.
class Injector {
 public:
  // False: the queue is closed and the task was not pushed.
  bool push(State* task) noexcept;

  // Up to `count` tasks, oldest first; returns how many. 0: empty, or torn at its beginning.
  std::size_t take(State** tasks, std::size_t count);

  // Says whether it was open.
  bool close() noexcept;

  bool closed() const noexcept {
    // acquire: pairs with the release in close(), so that the reason for closing is visible. Whoever
    // goes to sleep asks empty(), too: only that is in the order that parking reasons about.
    return (tail_.load(std::memory_order_acquire) & closed_bit) != 0;
  }

  bool empty() const noexcept {
    // seq_cst: comes after the sleeper's announcement (see the README on parking).
    return (tail_.load(std::memory_order_seq_cst) & ~closed_bit) == address_of(&stub_);
  }

 private:
  static constexpr std::uintptr_t closed_bit = 1;

  static std::uintptr_t address_of(const QueueLink* link) noexcept {
    return reinterpret_cast<std::uintptr_t>(link);
  }

  QueueLink* take_one() noexcept FANOUT_REQUIRES(takers_);

  alignas(64) Atomic<std::uintptr_t> tail_{address_of(&stub_)};  // the newest link, and closed_bit
  alignas(64) Mutex takers_;
  QueueLink stub_;
  QueueLink* head_ FANOUT_GUARDED_BY(takers_) =
      &stub_;  // the oldest link, the stub if it was taken
};

}  // namespace fanout::detail
