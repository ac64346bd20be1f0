// SPDX-License-Identifier: MIT
// What one attempt at a request brought, as the retry policy and the reports look at it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fanout::cli::http {

// What kept an answer from arriving whole.
enum class Trouble {
  none,
  unreachable,  // no connection came about
  connection,   // it broke
  timeout,
  interrupted,  // the program is about to end
  too_long,     // the body is longer than the limit
  other,        // not the connection's fault: a second attempt would end the same
};

struct Response {
  long status = 0;                  // of the last answer in a chain of redirects; 0: there was none
  std::uint64_t bytes = 0;          // of the body, as far as it came
  std::string error;                // empty: the answer is complete, whatever its status says
  Trouble trouble = Trouble::none;  // none exactly where there is no error

  // Headers, as sent. The last three are the manners of APIs, not of the web.
  std::string content_type;
  std::optional<std::string> retry_after;
  std::optional<std::string> retry_after_ms;
  std::optional<std::string> should_retry;  // x-should-retry
  std::string request_id;                   // x-request-id

  // The error is one of the connection and may be gone next time.
  bool passing() const {
    return trouble == Trouble::unreachable || trouble == Trouble::connection ||
           trouble == Trouble::timeout;
  }
  bool ok() const { return error.empty() && status >= 200 && status < 300; }
};

// Why a response is not ok, in words for people.
std::string reason(const Response& response);

}  // namespace fanout::cli::http
