// SPDX-License-Identifier: MIT
// States that only stand in queues, and a record of how often each was taken out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <vector>

#include <fanout/detail/state.hpp>

namespace fanout::test {

class Elements {
 public:
  explicit Elements(std::size_t count) : taken_(count, 0) {
    for (std::size_t i = 0; i < count; ++i) elements_.emplace_back(i);
  }

  std::size_t size() const { return elements_.size(); }
  detail::State* operator[](std::size_t i) { return &elements_[i]; }

  static std::size_t place_of(const detail::State* state) {
    return static_cast<const Element*>(state)->place;
  }

  // One thread at a time. Returns the place.
  std::size_t take(const detail::State* state) {
    const std::size_t place = place_of(state);
    ++taken_[place];
    return place;
  }

  bool each_taken_once() const {
    return std::all_of(taken_.begin(), taken_.end(), [](int times) { return times == 1; });
  }

 private:
  struct Element final : detail::State {
    explicit Element(std::size_t place) : place(place) {}
    void invoke() override {}
    void discard() noexcept override {}

    const std::size_t place;
  };

  std::deque<Element> elements_;
  std::vector<int> taken_;
};

}  // namespace fanout::test
