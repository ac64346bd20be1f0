// SPDX-License-Identifier: MIT
// The one place through which fanout touches atomics and blocks threads, so that a test can put a
// scheduler of its own underneath the shipped code. In the product every name here is an alias or
// a thin class and costs nothing. Mutexes, which no public header needs, are in src/core/mutex.hpp.
#pragma once

#ifdef FANOUT_SEAM
#include FANOUT_SEAM
#else

#include <atomic>
#include <cstdint>

#include <fanout/detail/deadline.hpp>

namespace fanout::detail {

template <class T>
using Atomic = std::atomic<T>;

// Tells the processor that this thread is spinning; of use to the other thread of its core.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Lets another thread have this processor, because what this one waits for can only come from
// there.
void yield_thread() noexcept;

// Asks for the cache line of an object that is about to be used; only ever a hint.
inline void prefetch(const void* address) noexcept { __builtin_prefetch(address, 1); }

// A door for one thread: it waits until another thread opens it.
//
//   closed --open()--> open          wait() returns once the gate is open
//   closed --wait()--> slept_on --open()--> open
//
// The gate may be destroyed by the thread that waited as soon as wait() has returned, even while
// open() is still inside its last system call: that call only uses the address as a key.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Any thread, once per wait. Everything it did before is visible to the thread that waited.
  void open() noexcept;

  // Blocks until the gate is open. One thread only.
  void wait() noexcept;

  // Blocks until the gate is open or the deadline has passed; says whether it is open.
  bool wait_until(Deadline deadline) noexcept;

  // Closes an open gate for another round; the waiting thread, when nobody can open it.
  void close() noexcept {
    // relaxed: whoever opens the gate next learns of it through the lock that hands it over.
    word_.store(closed, std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t closed = 0;
  static constexpr std::uint32_t opened = 1;
  static constexpr std::uint32_t slept_on = 2;

  std::atomic<std::uint32_t> word_{closed};
};

}  // namespace fanout::detail

#endif
