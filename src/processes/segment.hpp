// SPDX-License-Identifier: MIT
// The memory that a worker shares with its pool: two rings, and a word for each call on its way.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "descriptor.hpp"
#include "ring.hpp"

namespace fanout::detail {

// How many calls may be on their way to a worker.
inline constexpr std::size_t slot_count = 64;

//   free --send--> sent --claim--> started
//                      \--revoke-> revoked
//
// The word of a slot holds the call that was sent there last, and how far it is. Leaving `sent` is
// one compare-exchange, by the worker or by the client: so a revoked call never starts, and of a
// dead worker one can tell exactly what it had started.
class SlotWord {
 public:
  void send(std::uint64_t call) noexcept {
    // relaxed: published together with the call's frame by the ring.
    word_.store(call << 2 | sent, std::memory_order_relaxed);
  }
  bool claim(std::uint64_t call) noexcept { return leave_sent(call, started); }
  bool revoke(std::uint64_t call) noexcept { return leave_sent(call, revoked); }
  bool has_started(std::uint64_t call) const noexcept {
    // relaxed: nothing else is read on its strength.
    return word_.load(std::memory_order_relaxed) == (call << 2 | started);
  }

 private:
  static constexpr std::uint64_t sent = 1;
  static constexpr std::uint64_t started = 2;
  static constexpr std::uint64_t revoked = 3;

  bool leave_sent(std::uint64_t call, std::uint64_t how) noexcept {
    std::uint64_t expected = call << 2 | sent;
    // relaxed: one word decides; what the call needs came with its frame.
    return word_.compare_exchange_strong(expected, call << 2 | how, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> word_;
};

// One side sleeps, the other one wakes it: the sleeper announces itself, looks again whether there
// is something to do, and sleeps on the word; the waker makes something to do and then looks at the
// word. Both in sequentially consistent order, so one of them sees the other.
class SleepWord {
 public:
  void announce() noexcept {
    word_.store(1, std::memory_order_seq_cst);  // seq_cst: see above
  }
  void retract() noexcept {
    word_.store(0, std::memory_order_relaxed);  // relaxed: at worst one needless wake-up
  }

  // True: there was a sleeper, and this caller has to wake it.
  bool take() noexcept {
    // seq_cst: see above. acq_rel: publishes nothing that the rings do not.
    return word_.load(std::memory_order_seq_cst) != 0 &&
           word_.exchange(0, std::memory_order_acq_rel) != 0;
  }

  // Sleeps while announced; wakes whoever sleeps so. Across processes.
  void sleep() noexcept;
  void wake() noexcept;

 private:
  std::atomic<std::uint32_t> word_;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
              "a lock inside of an atomic would be another one in each process");

// All zero at first.
struct Segment {
  alignas(64) SleepWord worker_asleep;             // the worker waits for calls
  alignas(64) SleepWord room_wanted;               // the worker waits for room for an answer
  alignas(64) SleepWord pool_asleep;               // the pool's thread; a bell wakes it
  alignas(64) std::atomic<std::uint32_t> watched;  // a thread of the pool looks: ring no bell
  alignas(64) std::array<SlotWord, slot_count> slots;
  Ring calls;
  Ring answers;
};

// A mapped segment.
class SharedSegment {
 public:
  // New, and sealed: nobody can make it smaller.
  SharedSegment();

  // The one that a descriptor stands for.
  explicit SharedSegment(Descriptor memory);

  SharedSegment(SharedSegment&& other) noexcept
      : memory_(std::move(other.memory_)), segment_(std::exchange(other.segment_, nullptr)) {}
  SharedSegment& operator=(SharedSegment&&) = delete;
  ~SharedSegment();

  Segment& operator*() const noexcept { return *segment_; }
  Segment* operator->() const noexcept { return segment_; }
  int descriptor() const noexcept { return memory_.get(); }

 private:
  void map();

  Descriptor memory_;
  Segment* segment_ = nullptr;
};

}  // namespace fanout::detail
