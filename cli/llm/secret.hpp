// SPDX-License-Identifier: MIT
// The API key, which leaves the program in the header of a request and nowhere else.
#pragma once

#include <string>
#include <string_view>

#include "../json.hpp"

namespace fanout::cli::llm {

// There is no way to print one by accident: the key comes out only by name.
class Secret {
 public:
  // Blanks around the key are dropped, as files of secrets often end in a line feed. Throws
  // UsageError, without showing it, for one that no header can carry.
  explicit Secret(std::string_view key);
  Secret() = default;

  bool empty() const { return key_.empty(); }
  std::string authorization() const;  // "Authorization: Bearer ..."

  // Servers have been seen to echo the key in errors. Whatever they send is freed of it before
  // anything else looks at it.
  std::string without_key(std::string text) const;
  Json without_key(Json json) const;

 private:
  std::string key_;
};

}  // namespace fanout::cli::llm
