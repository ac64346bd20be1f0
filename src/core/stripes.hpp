// SPDX-License-Identifier: MIT
// A small table of mutexes for the rare steps that change a state's listeners elsewhere than at the
// head.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mutex.hpp"

namespace fanout::detail {

// States share stripes, so a stripe is held for a few instructions only, never while user code
// runs, and nothing but a pool's own locks is taken under it.
inline Mutex& stripe_of(const void* state) noexcept {
  struct alignas(64) Stripe {  // a cache line each
    Mutex mutex;
  };
  constexpr std::size_t count = 64;
  static constinit std::array<Stripe, count> stripes{};
  // Blocks of one size lie at regular distances: mix high bits in.
  const auto address = reinterpret_cast<std::uintptr_t>(state);
  return stripes[(address >> 5 ^ address >> 12) % count].mutex;
}

}  // namespace fanout::detail
