// SPDX-License-Identifier: MIT
// Is a response an answer? If not, which failure is it?
#pragma once

#include <string>

#include "../http/response.hpp"
#include "request.hpp"
#include "secret.hpp"

namespace fanout::cli::llm {

// Of one attempt at `request`, whose response had this `body`: everything in the Answer but the
// counts of attempts and the duration. Pure: no clock, no state.
Answer judge(const Request& request, const http::Response& response, std::string body,
             const Secret& secret);

}  // namespace fanout::cli::llm
