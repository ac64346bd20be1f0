// SPDX-License-Identifier: MIT
// A short wait that keeps the processor, for what another processor is about to do.
#pragma once

#include <fanout/detail/seam.hpp>

namespace fanout::detail {

// Workers that are not idle, of all pools.
extern constinit Atomic<int> busy_workers;

// How often to look before going to sleep: some ten microseconds' worth, about what sleeping and
// waking cost. None when the workers alone keep all processors busy: whoever spins then keeps out
// the thread that it waits for. So it is, too, where there is one processor only.
int spin_rounds() noexcept;

template <class Condition>
bool spin_until(Condition condition) noexcept {
  for (int round = spin_rounds(); round > 0; --round) {
    if (condition()) return true;
    spin_pause();
  }
  return condition();
}

}  // namespace fanout::detail
