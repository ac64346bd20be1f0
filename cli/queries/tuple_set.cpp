// SPDX-License-Identifier: MIT
// TupleSet: what makes a tuple valid, and what makes two the same.
#include "tuple_set.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace fanout::cli::queries {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// One blank between words, none around them.
std::string tidied(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (blanks.find(c) == blanks.npos) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::optional<Tuple> valid(const Json& proposed, const Spec& spec) {
  Tuple tuple;
  for (const Dimension& dimension : spec.dimensions) {
    std::string text = tidied(text_member(proposed, dimension.name));
    const auto& values = dimension.values;
    const bool fits =
        dimension.is_free_text() ? !text.empty() : std::ranges::find(values, text) != values.end();
    if (!fits) return std::nullopt;
    tuple.push_back(std::move(text));
  }
  return tuple;
}

std::string key_of(const Tuple& tuple) {
  std::string key;
  for (const std::string& text : tuple) {
    for (const char c : text) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    key += '\n';
  }
  return key;
}

}  // namespace

void TupleSet::add(const Json& proposed) {
  auto tuple = valid(proposed, spec_);
  if (!tuple) {
    ++invalid_;
  } else if (!keys_.insert(key_of(*tuple)).second) {
    ++duplicates_;
  } else if (missing() > 0) {
    tuples_.push_back(std::move(*tuple));
  }
}

}  // namespace fanout::cli::queries
