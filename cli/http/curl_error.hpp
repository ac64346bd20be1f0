// SPDX-License-Identifier: MIT
// libcurl's error codes: what to tell people, and which of them may pass by themselves.
#pragma once

#include <string>
#include <string_view>

#include <curl/curl.h>

#include "response.hpp"

namespace fanout::cli::http {

// Of the transfer that `curl` has just ended with `code`; `detail` is what curl wrote about it.
std::string describe(CURL* curl, CURLcode code, const std::string& detail);

// An error of the connection, or one that another attempt would meet again? `detail` as above.
Trouble trouble_of(CURLcode code, std::string_view detail);

}  // namespace fanout::cli::http
