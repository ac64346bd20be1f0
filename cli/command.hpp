// SPDX-License-Identifier: MIT
// How a subcommand joins the program.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace fanout::cli {

// What the command line asked for: parsed, checked, and ready to run. Returns the exit status.
// Every add_...(program, chosen) declares a subcommand that sets `chosen`.
using Command = std::function<int()>;

}  // namespace fanout::cli
