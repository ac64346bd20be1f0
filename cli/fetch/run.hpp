// SPDX-License-Identifier: MIT
// `fanout fetch` once its options are known: the fan-out itself.
#pragma once

#include "../event.hpp"
#include "options.hpp"
#include "printer.hpp"
#include "report.hpp"
#include "urls.hpp"

namespace fanout::cli {

// Fetches `urls` with a pool of workers and prints each as it is done. Returns when every URL that
// was taken has been reported or skipped.
Summary fetch_all(const FetchOptions& options, Urls& urls, Stop& stop, Printer& printer);

// The whole command, from reading the input to the exit status.
int run_fetch(FetchOptions options);

}  // namespace fanout::cli
