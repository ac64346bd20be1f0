// SPDX-License-Identifier: MIT
#include "parking.hpp"

namespace fanout::detail {

void Parking::start_searching() noexcept {
  // seq_cst: all changes of the word are in the single order that the proof reasons about.
  word_.fetch_add(one_searching, std::memory_order_seq_cst);
}

bool Parking::found_work() noexcept {
  // seq_cst: comes before the caller's look for more work.
  const std::uint64_t before = word_.fetch_sub(one_searching, std::memory_order_seq_cst);
  return needs_waking(before - one_searching);
}

void Parking::stop_searching() noexcept {
  word_.fetch_sub(one_searching, std::memory_order_seq_cst);  // seq_cst: as in start_searching()
}

void Parking::announce(Sleeper& sleeper) noexcept {
  const Lock lock(mutex_);
  sleeper.next = sleepers_;
  sleeper.listed = true;
  sleepers_ = &sleeper;
  // seq_cst: comes before the sleeper's last look for work; pairs with the load in work_added().
  word_.fetch_add(one_sleeping - one_searching, std::memory_order_seq_cst);
}

// False: somebody is waking it already.
bool Parking::withdraw(Sleeper& sleeper) noexcept {
  const Lock lock(mutex_);
  if (!sleeper.listed) return false;
  Sleeper** link = &sleepers_;
  while (*link != &sleeper) link = &(*link)->next;
  *link = sleeper.next;
  sleeper.listed = false;
  word_.fetch_sub(one_sleeping - one_searching, std::memory_order_seq_cst);  // seq_cst: as above
  return true;
}

void Parking::wake_one() noexcept {
  Sleeper* sleeper = nullptr;
  {
    const Lock lock(mutex_);
    sleeper = sleepers_;
    if (sleeper == nullptr) return;
    sleepers_ = sleeper->next;
    sleeper->listed = false;
    // seq_cst: as in announce(). The woken worker is counted as searching on its behalf.
    word_.fetch_sub(one_sleeping - one_searching, std::memory_order_seq_cst);
  }
  sleeper->gate.open();
}

void Parking::wake_all() noexcept {
  // seq_cst: comes after what the workers are to see; a worker that announces its sleep later sees
  // it itself.
  while (sleeping_in(word_.load(std::memory_order_seq_cst)) > 0) wake_one();
}

int Parking::searching() const noexcept {
  // relaxed: a hint.
  return static_cast<int>(searching_in(word_.load(std::memory_order_relaxed)));
}

}  // namespace fanout::detail
