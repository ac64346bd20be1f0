// SPDX-License-Identifier: MIT
// The tasks that a worker took from the injector in one go, oldest first; others may help
// themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <fanout/detail/state.hpp>

namespace fanout::detail {

// Everybody takes from the same end, so tasks start in the order in which they were submitted, and
// a slow task holds up none of those taken with it. One word holds both ends: [next : 32 | end :
// 32], counted without wrapping back, so a thief that slept through a refill fails its
// compare-exchange.
class Batch {
 public:
  static constexpr std::size_t capacity = 32;

  // Owner, when empty: from then on others may take.
  void refill(State* const* tasks, std::size_t count) noexcept {
    // relaxed: only the owner moves the end, and nobody moves `next` of an empty batch.
    const std::uint64_t ends = ends_.load(std::memory_order_relaxed);
    const std::uint32_t end = end_of(ends);
    for (std::size_t i = 0; i < count; ++i) {
      // relaxed: published by the store below.
      slots_[(end + i) % capacity].store(tasks[i], std::memory_order_relaxed);
    }
    // seq_cst: publishes the slots and the tasks (pairs with take()), and comes before the owner's
    // look for sleepers.
    ends_.store(pack(end, end + static_cast<std::uint32_t>(count)), std::memory_order_seq_cst);
  }

  // Anyone. The oldest task, or null.
  State* take() noexcept {
    // acquire: pairs with the release in refill().
    std::uint64_t ends = ends_.load(std::memory_order_acquire);
    while (next_of(ends) != end_of(ends)) {
      // relaxed: if the owner refilled meanwhile, the compare-exchange fails.
      State* const task = slots_[next_of(ends) % capacity].load(std::memory_order_relaxed);
      // acquire, both: as above. release: the slot was read; pairs with the owner's acquire here, by
      // which it finds the batch empty before it uses the slot again.
      if (ends_.compare_exchange_weak(ends, pack(next_of(ends) + 1, end_of(ends)),
                                      std::memory_order_acq_rel, std::memory_order_acquire)) {
        return task;
      }
    }
    return nullptr;
  }

  // Anyone; for parking and for finding work.
  bool empty() const noexcept {
    // seq_cst: comes after the sleeper's announcement (see the README on parking).
    const std::uint64_t ends = ends_.load(std::memory_order_seq_cst);
    return next_of(ends) == end_of(ends);
  }

 private:
  static std::uint32_t next_of(std::uint64_t ends) noexcept {
    return static_cast<std::uint32_t>(ends >> 32);
  }
  static std::uint32_t end_of(std::uint64_t ends) noexcept {
    return static_cast<std::uint32_t>(ends);
  }
  static std::uint64_t pack(std::uint32_t next, std::uint32_t end) noexcept {
    return std::uint64_t{next} << 32 | end;
  }

  alignas(64) Atomic<std::uint64_t> ends_{0};
  std::array<Atomic<State*>, capacity> slots_{};
};

}  // namespace fanout::detail
