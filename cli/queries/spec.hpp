// SPDX-License-Identifier: MIT
// What queries to make: dimensions of use, prompts, numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../llm/tally.hpp"
#include "template.hpp"

namespace fanout::cli::queries {

// One way in which uses of the assistant differ.
struct Dimension {
  std::string name;
  std::string description;
  std::vector<std::string> values;    // those allowed; none: any text
  std::vector<std::string> examples;  // of such texts

  bool is_free_text() const { return values.empty(); }
};

// One value for each dimension, in their order.
using Tuple = std::vector<std::string>;

struct Spec {
  std::string name;
  std::string assistant;  // what is to be tested, in a sentence
  std::string system;     // the system message; empty: none
  std::string model;
  std::optional<double> temperature;
  std::optional<std::int64_t> seed;  // of the first call; each later one has the next
  std::optional<int> max_tokens;     // of an answer
  llm::Prices prices;

  std::vector<Dimension> dimensions;

  struct Tuples {
    int count = 0;
    int per_call = 5;
    int rounds = 4;  // of calls, until there are enough that differ
    Template prompt;
    std::vector<Tuple> examples;
  } tuples;

  struct Queries {
    int per_tuple = 5;
    Template prompt;
    std::vector<std::string> styles;
    std::vector<std::string> examples;
  } queries;
};

// Throws UsageError, which names file, line and key, for a file that is no complete spec.
Spec read_spec(const std::string& path);

}  // namespace fanout::cli::queries
