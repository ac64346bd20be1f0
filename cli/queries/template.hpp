// SPDX-License-Identifier: MIT
// Prompts with places to fill in: "Write {{count}} queries for {{assistant}}."
#pragma once

#include <map>
#include <string>
#include <vector>

namespace fanout::cli::queries {

class Template {
 public:
  Template() = default;
  explicit Template(std::string text) : text_(std::move(text)) {}

  // The names of the places, in order. Throws std::invalid_argument where one is not closed.
  std::vector<std::string> places() const;

  // Values are put in as they are: what looks like a place in a value is none. Each place must have
  // its value.
  std::string filled(const std::map<std::string, std::string>& values) const;

  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace fanout::cli::queries
