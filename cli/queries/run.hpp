// SPDX-License-Identifier: MIT
// `fanout queries` once its options are known.
#pragma once

#include <optional>
#include <string>

#include "../llm/options.hpp"
#include "../llm/result_file.hpp"

namespace fanout::cli::queries {

struct QueriesOptions {
  std::string spec;
  std::string output;
  std::string journal;  // empty: beside the output
  std::string preview;  // empty: none
  bool jsonl = false;
  bool dry_run = false;
  std::optional<int> tuples;     // instead of the spec's count
  std::optional<int> per_tuple;  // instead of the spec's
  llm::Existing existing = llm::Existing::refuse;
  llm::ModelOptions model;
};

// From reading the spec to the exit status.
int run_queries(const QueriesOptions& options);

}  // namespace fanout::cli::queries
