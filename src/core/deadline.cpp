// SPDX-License-Identifier: MIT
// The clock behind Deadline.
#include <chrono>
#include <cmath>
#include <stdexcept>

#include <fanout/detail/deadline.hpp>

namespace fanout::detail {
namespace {

std::int64_t now() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Deadline Deadline::after_seconds(double seconds) {
  constexpr double century = 100.0 * 365 * 24 * 3600;  // far below what 64 bits of nanoseconds hold
  if (std::isnan(seconds))
    throw std::invalid_argument("a timeout must be a number of seconds, not NaN");
  if (seconds > century) return never();
  if (seconds <= 0) return Deadline(now());
  return Deadline(now() + static_cast<std::int64_t>(std::ceil(seconds * 1e9)));
}

bool Deadline::passed() const noexcept { return !is_never() && now() >= nanoseconds_; }

}  // namespace fanout::detail
