// SPDX-License-Identifier: MIT
// Where the language model is, and what opens its door.
#pragma once

#include <string>

#include "secret.hpp"

namespace fanout::cli::llm {

struct Endpoint {
  std::string base_url;  // "https://api.openai.com/v1", without a slash at its end
  Secret key;

  std::string url(const std::string& path) const { return base_url + path; }
};

// OPENAI_BASE_URL (or `base_url`, which comes first) and OPENAI_API_KEY. Servers of one's own often
// want no key, so one is needed only where no URL was given. Throws UsageError.
Endpoint endpoint_from_environment(const std::string& base_url);

}  // namespace fanout::cli::llm
