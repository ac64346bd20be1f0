// SPDX-License-Identifier: MIT
// How idle workers search, sleep and are woken. The README beside this file has the proof that no
// wake-up is lost.
#pragma once

#include <cstdint>

#include <fanout/detail/seam.hpp>

#include "../core/mutex.hpp"

namespace fanout::detail {

// A worker's place in the list of sleepers; lives as long as the worker.
struct Sleeper {
  Gate gate;
  Sleeper* next = nullptr;
  bool listed = false;
};

// A worker is active (it has a task), searching, or sleeping. The word counts the latter two.
//
//   active --start_searching()--> searching --sleep()--> sleeping
//   active <--found_work()------- searching <--wake_one()--- sleeping
//
// Whoever wakes a sleeper also counts it as searching, so that the next submitter sees a searcher
// at once and wakes nobody else.
class Parking {
 public:
  // After a task was made available by a sequentially consistent store: wakes one worker, if any
  // sleeps and none searches. Costs one load otherwise.
  void work_added() noexcept {
    // seq_cst: comes after that store in the single order; pairs with the announcement in sleep().
    if (needs_waking(word_.load(std::memory_order_seq_cst))) wake_one();
  }

  void start_searching() noexcept;

  // A searcher found a task. True: it was the last one searching, and somebody sleeps; the caller
  // checks whether there is more work, and if so calls wake_one().
  bool found_work() noexcept;

  // The searcher goes to sleep, unless `has_work()` says otherwise after the sleep was announced.
  // Returns as a searcher.
  template <class HasWork>
  void sleep(Sleeper& sleeper, HasWork has_work) noexcept {
    announce(sleeper);
    if (has_work() && withdraw(sleeper)) return;
    sleeper.gate.wait();
    sleeper.gate.close();
  }

  void wake_one() noexcept;
  void wake_all() noexcept;

  // A searcher ends its thread.
  void stop_searching() noexcept;

  int searching() const noexcept;

 private:
  static constexpr std::uint64_t one_searching = 1;
  static constexpr std::uint64_t one_sleeping = std::uint64_t{1} << 32;

  static std::uint32_t searching_in(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word);
  }
  static std::uint32_t sleeping_in(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word >> 32);
  }
  static bool needs_waking(std::uint64_t word) noexcept {
    return sleeping_in(word) > 0 && searching_in(word) == 0;
  }

  void announce(Sleeper& sleeper) noexcept;
  bool withdraw(Sleeper& sleeper) noexcept;

  alignas(64) Atomic<std::uint64_t> word_{0};  // [sleeping : 32 | searching : 32]
  Mutex mutex_;
  Sleeper* sleepers_ FANOUT_GUARDED_BY(mutex_) = nullptr;  // the latest first: its caches are warm
};

}  // namespace fanout::detail
