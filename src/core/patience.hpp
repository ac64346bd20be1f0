// SPDX-License-Identifier: MIT
// Fewer wake-ups for a thread that takes many short results one after the other.
#pragma once

#include <cstdint>

namespace fanout::detail {

// Asking to be woken costs the worker that does so more than a short task, and where all processors
// are busy the woken thread takes one from a worker, only to find that the next result is not there
// yet either. A thread to which that happens again and again naps instead: it sleeps for a moment
// without asking, in which many results become ready. It notices if that is not so, and soon stops
// trying.
//
// One for each thread, used by that thread only.
class Patience {
 public:
  // A result was there when the thread asked for it.
  void found_ready() noexcept { ++ready_; }

  // Before a sleep: is a nap worth trying first?
  bool wants_nap() noexcept;

  // Sleeps for the time of some dozen short tasks; longer when that went well.
  void nap() noexcept;

  // The thread was woken after it slept since `began` (nanoseconds of the steady clock).
  void woken(std::int64_t began) noexcept;

  static std::int64_t now() noexcept;

 private:
  static constexpr int shortest = 50;  // about what the system adds to any sleep
  static constexpr int longest = 400;

  std::uint32_t ready_ = 0;         // since the last nap
  std::uint32_t short_sleeps_ = 0;  // in a row
  std::uint32_t needed_ = 8;        // so many of them before a nap
  bool napped_ = false;
  int length_ = shortest;  // of the next nap, in microseconds
};

extern constinit thread_local Patience patience;

}  // namespace fanout::detail
