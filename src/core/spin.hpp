// SPDX-License-Identifier: MIT
// A short wait that keeps the processor, for what another processor is about to do.
#pragma once

#include <fanout/detail/seam.hpp>

namespace fanout::detail {

// How often to look before going to sleep: some ten microseconds' worth, about what sleeping and
// waking cost; none when this process may use one processor only, where spinning keeps the other
// thread out.
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
