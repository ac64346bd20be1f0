// SPDX-License-Identifier: MIT
// Memory has run out for the thread that serves the pool, or for one that waits for a future. What
// was not received is still there, and what was received is remembered in memory that was there
// before; so the work can be put off until there is memory again, or the pool broken, without any.
#include <utility>

#include "client.hpp"

namespace fanout::detail {

namespace {

// A pool whose workers cannot be heard for so long is broken, with std::bad_alloc as the cause.
constexpr double patience = 0.1;

}  // namespace

// In the handler of a std::bad_alloc. True: try again soon. False: the pool is broken now.
bool Client::bear_shortage(Steps& steps) noexcept {
  if (!std::exchange(short_of_memory_, true)) {
    end_of_patience_ = Deadline::after_seconds(patience);
    transport_->wake();  // its thread is the one that tries again
    return true;
  }
  if (!end_of_patience_.passed()) return true;
  if (!is_broken()) break_pool(std::current_exception(), Ending::now, steps);
  return false;
}

void Client::end_shortage() noexcept { short_of_memory_ = false; }

}  // namespace fanout::detail
