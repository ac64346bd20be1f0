// SPDX-License-Identifier: MIT
// What one attempt at a request brought, as the retry policy and the reports look at it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fanout::cli::http {

struct Response {
  long status = 0;          // of the last answer in a chain of redirects; 0: there was none
  std::uint64_t bytes = 0;  // of the body, as far as it came
  std::string error;        // empty: the answer is complete, whatever its status says
  bool passing = false;     // the error is one of the connection and may be gone next time
  std::optional<std::string> retry_after;  // the header of that name, as sent

  bool ok() const { return error.empty() && status >= 200 && status < 300; }
};

// Why a response is not ok, in words for people.
std::string reason(const Response& response);

}  // namespace fanout::cli::http
