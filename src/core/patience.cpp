// SPDX-License-Identifier: MIT
#include "patience.hpp"

#include <algorithm>
#include <chrono>

#include <fanout/detail/seam.hpp>

namespace fanout::detail {

constinit thread_local Patience patience;

bool Patience::wants_nap() noexcept {
  constexpr std::uint32_t worth = 8;  // so many wake-ups saved
  if (napped_) {
    napped_ = false;
    if (ready_ >= worth) {
      needed_ = worth;
      length_ = std::min(2 * length_, longest);
    } else {
      length_ = shortest;
      needed_ = std::min<std::uint32_t>(4 * needed_, 1U << 20);
      short_sleeps_ = 0;
    }
  }
  return short_sleeps_ >= needed_;
}

void Patience::nap() noexcept {
  napped_ = true;
  ready_ = 0;
  Gate nobody_opens_it;
  nobody_opens_it.wait_until(Deadline::after(std::chrono::microseconds(length_)));
}

void Patience::woken(std::int64_t began) noexcept {
  constexpr std::int64_t brief = 50'000;
  short_sleeps_ = now() - began < brief ? short_sleeps_ + 1 : 0;
}

std::int64_t Patience::now() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace fanout::detail
