// SPDX-License-Identifier: MIT
// `fanout queries` on the command line: its options and their help.
#pragma once

#include "../command.hpp"

namespace fanout::cli::queries {

void add_queries(CLI::App& program, Command& chosen);

}  // namespace fanout::cli::queries
