// SPDX-License-Identifier: MIT
// libcurl's error codes: what to tell people, and which of them may pass by themselves.
#pragma once

#include <string>

#include <curl/curl.h>

namespace fanout::cli::http {

// Of the transfer that `curl` has just ended with `code`; `detail` is what curl wrote about it.
std::string describe(CURL* curl, CURLcode code, const std::string& detail);

// An error of the connection, not of the request: another attempt may meet a better moment.
bool is_passing(CURLcode code);

}  // namespace fanout::cli::http
