// SPDX-License-Identifier: MIT
// Coverage: counting, and what is worth saying.
#include "coverage.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "../text.hpp"

namespace fanout::cli::queries {

std::vector<Coverage> coverage_of(const Spec& spec, const std::vector<Tuple>& tuples) {
  std::vector<Coverage> all;
  for (std::size_t i = 0; i < spec.dimensions.size(); ++i) {
    const Dimension& dimension = spec.dimensions[i];
    std::map<std::string, std::size_t> counts;
    for (const Tuple& tuple : tuples) ++counts[tuple[i]];
    Coverage coverage{dimension.name, dimension.is_free_text(), {}};
    for (const std::string& value : dimension.values) {
      coverage.values.push_back({value, counts[value]});
    }
    if (dimension.is_free_text()) {
      for (const auto& [text, count] : counts) coverage.values.push_back({text, count});
      std::ranges::sort(coverage.values, [](const auto& a, const auto& b) {
        return a.count != b.count ? a.count > b.count : a.text < b.text;
      });
    }
    all.push_back(std::move(coverage));
  }
  return all;
}

std::string to_line(const Coverage& coverage) {
  if (coverage.is_free_text) {
    return fmt::format("{}: {}", coverage.dimension,
                       counted(coverage.values.size(), "different text", "different texts"));
  }
  std::string used;
  std::string never;
  for (const auto& [text, count] : coverage.values) {
    std::string& list = count > 0 ? used : never;
    if (!list.empty()) list += ", ";
    list += count > 0 ? fmt::format("{} {}", text, count) : text;
  }
  std::string line = coverage.dimension + ": " + used;
  if (!never.empty()) line += (used.empty() ? "never " : "; never ") + never;
  return printable(line);
}

}  // namespace fanout::cli::queries
