// SPDX-License-Identifier: MIT
#include "choices.hpp"

#include <cstdlib>
#include <utility>

#include "execution.hpp"

namespace model {

void Choices::explore_all() {
  *this = {};
  mode_ = Mode::exhaustive;
}

void Choices::explore_random(std::uint64_t seed) {
  *this = {};
  mode_ = Mode::random;
  seed_ = seed;
}

// Pairs "position.choice" where the choice is not 0, separated by commas.
void Choices::replay(const std::string& text) {
  *this = {};
  mode_ = Mode::replay;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const std::size_t position = std::strtoul(at, &end, 10);
    if (*end != '.') break;
    const auto chosen = static_cast<std::uint8_t>(std::strtoul(end + 1, &end, 10));
    decisions_.resize(position + 1, Decision{0, 0});
    decisions_.back().chosen = chosen;
    at = *end == ',' ? end + 1 : end;
  }
  repeated_ = decisions_.size();
}

std::string Choices::text() const {
  std::string text;
  for (std::size_t i = 0; i < position_; ++i) {
    if (decisions_[i].chosen == 0) continue;
    if (!text.empty()) text += ',';
    text += std::to_string(i) + '.' + std::to_string(decisions_[i].chosen);
  }
  return text.empty() ? "0.0" : text;
}

bool Choices::next() {
  const bool first = std::exchange(first_, false);
  switch (mode_) {
    case Mode::replay:
      break;
    case Mode::random:
      decisions_.clear();
      random_ = Random(seed_++ * 0x2545f4914f6cdd1d + 1);
      break;
    case Mode::exhaustive:
      if (first) break;
      decisions_.resize(position_);  // an execution that was cut short repeats no further
      while (!decisions_.empty() &&
             decisions_.back().chosen + 1 >= decisions_.back().alternatives) {
        decisions_.pop_back();
      }
      if (decisions_.empty()) return false;
      ++decisions_.back().chosen;
      repeated_ = decisions_.size();
      break;
  }
  position_ = 0;
  return first || mode_ != Mode::replay;
}

unsigned Choices::pick(unsigned n, unsigned random_choice) {
  if (position_ < decisions_.size()) {
    Decision& decision = decisions_[position_++];
    if (decision.alternatives != 0 && decision.alternatives != n) {
      fail("the model itself: the same decisions led elsewhere (%u alternatives, before %u)", n,
           decision.alternatives);
    }
    decision.alternatives = static_cast<std::uint8_t>(n);
    return decision.chosen < n ? decision.chosen : 0;
  }
  const unsigned chosen = mode_ == Mode::random ? random_choice : 0;
  decisions_.push_back({static_cast<std::uint8_t>(chosen), static_cast<std::uint8_t>(n)});
  ++position_;
  return chosen;
}

}  // namespace model
