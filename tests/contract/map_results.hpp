// SPDX-License-Identifier: MIT
// What the tests of map compare: all the results, and those that a map of squares should bring.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "contract/tasks.hpp"

namespace fanout::test {

template <class Results>
auto all_of(Results&& results) {
  std::vector<std::remove_cvref_t<decltype(*results.begin())>> all;
  for (auto&& value : results) {
    all.push_back(std::forward<decltype(value)>(value));
  }
  return all;
}

inline std::vector<int> squares(int count) {
  std::vector<int> expected(static_cast<std::size_t>(count));
  std::ranges::transform(numbers(count), expected.begin(), square);
  return expected;
}

}  // namespace fanout::test
