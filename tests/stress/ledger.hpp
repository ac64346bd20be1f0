// SPDX-License-Identifier: MIT
// The books of the stress test: what was asked for, and what must have come of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace fanout::test {

// Totals over all threads. At the end each pair of columns must agree.
struct Ledger {
  std::atomic<std::uint64_t> submitted{0};
  std::atomic<std::uint64_t> entered{0};    // callables that began to run
  std::atomic<std::uint64_t> cancelled{0};  // futures that were seen cancelled at their end
  std::atomic<std::uint64_t> finished{0};   // futures that were seen finished at their end
  std::atomic<std::uint64_t> callbacks_added{0};
  std::atomic<std::uint64_t> callbacks_run{0};
  std::atomic<std::int64_t> captures_alive{0};
};

// Captured by every task: knows whether its callable ran, and that it was destroyed.
class Capture {
 public:
  explicit Capture(Ledger& ledger)
      : ledger_(&ledger), entered_(std::make_shared<std::atomic<int>>(0)) {
    ledger_->captures_alive.fetch_add(1, std::memory_order_relaxed);
  }
  Capture(const Capture& other) : ledger_(other.ledger_), entered_(other.entered_) {
    ledger_->captures_alive.fetch_add(1, std::memory_order_relaxed);
  }
  ~Capture() { ledger_->captures_alive.fetch_sub(1, std::memory_order_relaxed); }
  Capture& operator=(const Capture&) = delete;

  void enter() const {
    entered_->fetch_add(1, std::memory_order_relaxed);
    ledger_->entered.fetch_add(1, std::memory_order_relaxed);
  }

  std::shared_ptr<std::atomic<int>> entries() const { return entered_; }

 private:
  Ledger* ledger_;
  std::shared_ptr<std::atomic<int>> entered_;
};

}  // namespace fanout::test
