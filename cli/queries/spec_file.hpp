// SPDX-License-Identifier: MIT
// A JSON or TOML file as JSON that still knows on which line everything stands.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "../json.hpp"

namespace fanout::cli::queries {

// Paths are like "dimensions[2].values"; that of the whole file is empty.
class SpecFile {
 public:
  // TOML if the name ends in .toml, else JSON. Throws UsageError: it cannot be read or parsed.
  explicit SpecFile(const std::string& path);

  const Json& root() const { return root_; }

  // Throws UsageError: "recipes.toml:12: dimensions[2].values: what is wrong".
  [[noreturn]] void fail(const std::string& path, const std::string& what) const;

 private:
  const std::string name_;
  Json root_;
  std::map<std::string, std::size_t> lines_;
};

}  // namespace fanout::cli::queries
