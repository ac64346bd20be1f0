// SPDX-License-Identifier: MIT
// Fetching one URL: attempts, the waits between them, and the file that the page goes to.
#pragma once

#include <string>

#include "../event.hpp"
#include "../http/client.hpp"
#include "options.hpp"
#include "report.hpp"

namespace fanout::cli {

// Runs in a worker, on that worker's client. Failures are told in the report, none is thrown. A
// stop that asks to drain keeps a page from being started or tried again, but lets the running
// attempt end.
Report fetch_page(http::Client& client, const std::string& url, const FetchOptions& options,
                  const Stop& stop);

}  // namespace fanout::cli
