// SPDX-License-Identifier: MIT
// The decisions of an execution: which thread goes on, which value a load returns. An execution is
// determined by them, so they are what is explored, printed and replayed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "random.hpp"

namespace model {

class Choices {
 public:
  enum class Mode : std::uint8_t { exhaustive, random, replay };

  // All sequences of decisions, by depth-first search: each execution repeats the decisions of the
  // one before except the last that has an alternative left.
  void explore_all();

  // Random ones, a function of the seed.
  void explore_random(std::uint64_t seed);

  // Only this one, as text() wrote it.
  void replay(const std::string& text);

  // Before each execution. False: there is none left.
  bool next();

  // 0 is the one without surprise; n > 1. In a random execution `random_choice` was drawn already.
  unsigned pick(unsigned n, unsigned random_choice);

  bool exhaustive() const { return mode_ == Mode::exhaustive; }
  Random& random() { return random_; }

  // Beyond the decisions that are repeated?
  bool is_new() const { return position_ >= repeated_; }

  // The decisions of the current execution up to now, for replay().
  std::string text() const;

 private:
  struct Decision {
    std::uint8_t chosen;
    std::uint8_t alternatives;
  };

  Mode mode_ = Mode::exhaustive;
  bool first_ = true;
  std::uint64_t seed_ = 0;
  std::vector<Decision> decisions_;
  std::size_t position_ = 0;
  std::size_t repeated_ = 0;
  Random random_;
};

}  // namespace model
