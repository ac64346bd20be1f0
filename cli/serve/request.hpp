// SPDX-License-Identifier: MIT
// The little of an HTTP request that the demonstration's server understands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fanout::cli {

struct Request {
  std::string method;
  std::string target;
  bool keep_alive = true;
  bool has_body = false;
};

// `head` is everything up to and with the empty line. Nothing where that is not HTTP/1.
std::optional<Request> parse_request(std::string_view head);

// A whole response. `extra_header` is empty or ends with "\r\n"; a HEAD request gets no body, but
// its length.
std::string make_response(const Request& request, std::string_view status,
                          std::string_view extra_header, std::string_view body);

}  // namespace fanout::cli
