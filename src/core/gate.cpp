// SPDX-License-Identifier: MIT
// Gate on Linux: a futex, so that opening a gate on which nobody sleeps makes no system call.
#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fanout/detail/seam.hpp>

namespace fanout::detail {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t),
              "the kernel looks at the value itself");

// Sleeps while *word == expected, at most until the deadline. May return early for any reason.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) {
  constexpr std::int64_t second = 1'000'000'000;
  timespec until{.tv_sec = deadline.nanoseconds() / second,
                 .tv_nsec = deadline.nanoseconds() % second};
  // The bitset form takes an absolute time of the steady clock, so signals do not lengthen the
  // wait.
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected,
          deadline.is_never() ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake_one(const void* word) {
  const int saved = errno;  // an address that is gone is no error here
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  errno = saved;
}

}  // namespace

void yield_thread() noexcept { sched_yield(); }

void Gate::open() noexcept {
  // The address is taken first: after the exchange *this may be gone.
  const void* address = &word_;
  // release: publishes what this thread did before; pairs with the acquires in wait_until().
  if (word_.exchange(opened, std::memory_order_release) == slept_on) futex_wake_one(address);
}

void Gate::wait() noexcept { wait_until(Deadline::never()); }

bool Gate::wait_until(Deadline deadline) noexcept {
  const int saved = errno;
  for (;;) {
    std::uint32_t word = closed;
    // acquire: pairs with the release in open(), if it is open. Announcing the sleep publishes
    // nothing.
    if (!word_.compare_exchange_strong(word, slept_on, std::memory_order_acquire) &&
        word == opened) {
      break;
    }
    if (!deadline.is_never() && deadline.passed()) {
      errno = saved;
      return false;
    }
    futex_wait(word_, slept_on, deadline);
  }
  errno = saved;
  return true;
}

}  // namespace fanout::detail
