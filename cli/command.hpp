// SPDX-License-Identifier: MIT
// How a subcommand joins the program.
#pragma once

#include <functional>

// CLI11 takes longer to compile than the rest of a source; only those that add options include it.
namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace fanout::cli {

// What the command line asked for: parsed, checked, and ready to run. Returns the exit status.
// Every add_...(program, chosen) declares a subcommand that sets `chosen`.
using Command = std::function<int()>;

}  // namespace fanout::cli
