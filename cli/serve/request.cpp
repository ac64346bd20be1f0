// SPDX-License-Identifier: MIT
// Reading request heads, writing responses.
#include "request.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace fanout::cli {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 2, text.size()));
  return line;
}

}  // namespace

std::optional<Request> parse_request(std::string_view head) {
  const std::string_view line = take_line(head);
  const auto first = line.find(' ');
  const auto second = line.rfind(' ');
  if (first == line.npos || first == second) return std::nullopt;
  const std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return std::nullopt;

  Request request{std::string(line.substr(0, first)),
                  std::string(line.substr(first + 1, second - first - 1)), version == "HTTP/1.1"};
  while (!head.empty()) {
    const std::string header = lower(take_line(head));
    if (header.starts_with("connection:")) {
      request.keep_alive = header.find("close") == header.npos &&
                           (request.keep_alive || header.find("keep-alive") != header.npos);
    } else if (header.starts_with("transfer-encoding:")) {
      request.has_body = true;
    } else if (header.starts_with("content-length:")) {
      request.has_body = header.find_first_of("123456789") != header.npos;
    }
  }
  return request;
}

std::string make_response(const Request& request, std::string_view status,
                          std::string_view extra_header, std::string_view body) {
  std::string response = fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n{}{}\r\n",
      status, body.size(), extra_header, request.keep_alive ? "" : "Connection: close\r\n");
  if (request.method != "HEAD") response += body;
  return response;
}

}  // namespace fanout::cli
