// SPDX-License-Identifier: MIT
// A number of workers of any integer type, as an int.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

namespace fanout::detail {

// What an int cannot hold becomes the nearest that is as wrong or as right: 0, which no pool takes,
// or the most that one takes.
constexpr int saturated(std::integral auto workers) noexcept {
  if (std::cmp_less(workers, 0)) return 0;
  return std::cmp_greater(workers, INT32_MAX) ? INT32_MAX : static_cast<int>(workers);
}

}  // namespace fanout::detail
