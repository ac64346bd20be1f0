// SPDX-License-Identifier: MIT
// What a run came to: answers, failures by name, retries, tokens, cost.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "request.hpp"

namespace fanout::cli::llm {

// In dollars for a million tokens, as price lists say it.
struct Prices {
  std::optional<double> input;
  std::optional<double> output;
};

struct Tally {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t retries = 0;
  std::uint64_t schema_retries = 0;
  Usage usage;

  struct Kind {
    std::uint64_t count = 0;
    std::string example;  // the first that failed so: "custom_id: message"
  };
  std::map<Failure, Kind> failures;

  void add(const Answer& answer);
};

// "998 answered, 2 failed, 14 retries, 1 of them for the answer's shape, in 5.0 s", then the tokens
// and what they cost where the prices are known, then a line for each kind of failure.
std::vector<std::string> to_lines(const Tally& tally, const Prices& prices,
                                  std::chrono::milliseconds duration);

}  // namespace fanout::cli::llm
