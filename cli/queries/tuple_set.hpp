// SPDX-License-Identifier: MIT
// The tuples that a model proposed: those that are valid, each once, up to the number wanted.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "../json.hpp"
#include "spec.hpp"

namespace fanout::cli::queries {

class TupleSet {
 public:
  explicit TupleSet(const Spec& spec) : spec_(spec) {}

  // `proposed` is an object with a text for each dimension. Blanks around texts are dropped; two
  // tuples that differ only in case or blanks are one.
  void add(const Json& proposed);

  std::size_t missing() const {
    return static_cast<std::size_t>(spec_.tuples.count) - tuples_.size();
  }
  std::size_t duplicates() const { return duplicates_; }
  std::size_t invalid() const { return invalid_; }
  std::vector<Tuple> take() { return std::move(tuples_); }

 private:
  const Spec& spec_;
  std::vector<Tuple> tuples_;
  std::set<std::string> keys_;
  std::size_t duplicates_ = 0;
  std::size_t invalid_ = 0;
};

}  // namespace fanout::cli::queries
