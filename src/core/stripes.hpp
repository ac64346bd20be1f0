// SPDX-License-Identifier: MIT
// A small table of mutexes for the rare steps that change a state's listeners elsewhere than at the
// head.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#include "mutex.hpp"

namespace fanout::detail {

struct alignas(64) Stripe {  // a cache line each
  Mutex mutex;
};

inline constinit std::array<Stripe, 64> stripes{};

// States share stripes, so a stripe is held for a few instructions only, never while user code
// runs, and nothing but a pool's own locks is taken under it.
inline Mutex& stripe_of(const void* state) noexcept {
  // Blocks of one size lie at regular distances: mix high bits in.
  const auto address = reinterpret_cast<std::uintptr_t>(state);
  return stripes[(address >> 5 ^ address >> 12) % stripes.size()].mutex;
}

// In a forked child: threads that it does not have may have held some of them.
inline void renew_stripes() noexcept { ::new (&stripes) std::array<Stripe, 64>{}; }

}  // namespace fanout::detail
