// SPDX-License-Identifier: MIT
// How often each value of each dimension came up.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "spec.hpp"

namespace fanout::cli::queries {

struct Coverage {
  struct Value {
    std::string text;
    std::size_t count;  // of tuples
  };

  std::string dimension;
  bool is_free_text;
  std::vector<Value>
      values;  // in the spec's order, those never used too; free text: most often first
};

// One for each dimension.
std::vector<Coverage> coverage_of(const Spec& spec, const std::vector<Tuple>& tuples);

// "cuisine: Thai 3, Italian 2; never French", for people.
std::string to_line(const Coverage& coverage);

}  // namespace fanout::cli::queries
