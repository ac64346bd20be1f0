// SPDX-License-Identifier: MIT
// The few places where curl's own words would leave people guessing.
#include "curl_error.hpp"

#include <system_error>

namespace fanout::cli::http {

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

Trouble trouble_of(CURLcode code) {
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
    default:
      // A failed handshake is not among them: a wrong certificate stays wrong.
      return Trouble::other;
  }
}

}  // namespace fanout::cli::http
