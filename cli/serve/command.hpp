// SPDX-License-Identifier: MIT
// `fanout serve`: the demonstration's server by itself, to try `fanout fetch` on.
#pragma once

#include "../command.hpp"
#include "page.hpp"

namespace fanout::cli {

void add_serve(CLI::App& program, Command& chosen);

// --pages and --flaky, for every command that has the demonstration's pages.
void add_demo_options(CLI::App& command, DemoOptions& options);

}  // namespace fanout::cli
