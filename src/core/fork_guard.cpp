// SPDX-License-Identifier: MIT
#include "fork_guard.hpp"

#include <atomic>

#include <pthread.h>

namespace fanout::detail {
namespace {

// Counted in the child, which has a single thread then.
std::atomic<std::uint32_t> forks{0};

void count_fork() { forks.fetch_add(1, std::memory_order_relaxed); }  // relaxed: one thread

}  // namespace

ForkGuard::ForkGuard() {
  static const int registered = pthread_atfork(nullptr, nullptr, &count_fork);
  (void)registered;
  generation_ = forks.load(std::memory_order_relaxed);  // relaxed: only a fork changes it
}

bool ForkGuard::in_child() const noexcept {
  return forks.load(std::memory_order_relaxed) != generation_;  // relaxed: only a fork changes it
}

}  // namespace fanout::detail
