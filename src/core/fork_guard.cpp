// SPDX-License-Identifier: MIT
#include "fork_guard.hpp"

#include <atomic>

#include <pthread.h>

#include "stripes.hpp"

namespace fanout::detail {
namespace {

// Counted in the child, which has a single thread then.
constinit std::atomic<std::uint32_t> forks{0};

void begin_child() {
  forks.fetch_add(1, std::memory_order_relaxed);  // relaxed: one thread
  renew_stripes();
}

// When the library is loaded: at the first guard, a thread that forks could come in between.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, &begin_child);

}  // namespace

// relaxed: only a fork changes it
ForkGuard::ForkGuard() noexcept : generation_(forks.load(std::memory_order_relaxed)) {}

bool ForkGuard::in_child() const noexcept {
  return forks.load(std::memory_order_relaxed) != generation_;  // relaxed: only a fork changes it
}

}  // namespace fanout::detail
