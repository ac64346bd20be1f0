// SPDX-License-Identifier: MIT
// The few places where curl's own words would leave people guessing.
#include "curl_error.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace fanout::cli::http {
namespace {

// curl has one code for a handshake that the network broke and for one that the two sides could not
// agree on, and only its words tell them apart.
bool is_broken_connection(std::string_view detail) {
  constexpr std::array<std::string_view, 6> words = {
      "SSL_ERROR_SYSCALL", "Recv failure",     "Send failure",
      "unexpected eof",    "Connection reset", "non-properly terminated"};
  return std::ranges::any_of(words, [&](auto each) { return detail.find(each) != detail.npos; });
}

}  // namespace

std::string describe(CURL* curl, CURLcode code, const std::string& detail) {
  if (code == CURLE_OUT_OF_MEMORY && detail.empty()) {
    // curl's buffer for one header is limited, and running over it is reported like this.
    return "out of memory, or a response header is too long";
  }
  std::string text = detail.empty() ? curl_easy_strerror(code) : detail;
  long system_error = 0;
  if (code == CURLE_COULDNT_CONNECT &&
      curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system_error) == CURLE_OK && system_error != 0) {
    text += " (" + std::generic_category().message(static_cast<int>(system_error)) + ")";
  }
  return text;
}

Trouble trouble_of(CURLcode code, std::string_view detail) {
  switch (code) {
    case CURLE_OK:
      return Trouble::none;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return Trouble::unreachable;
    case CURLE_OPERATION_TIMEDOUT:
      return Trouble::timeout;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Trouble::connection;
    case CURLE_SSL_CONNECT_ERROR:
      return is_broken_connection(detail) ? Trouble::connection : Trouble::other;
    default:
      // A certificate that nobody vouches for has a code of its own, and stays wrong.
      return Trouble::other;
  }
}

}  // namespace fanout::cli::http
