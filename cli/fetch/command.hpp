// SPDX-License-Identifier: MIT
// `fanout fetch` on the command line: its options and their help.
#pragma once

#include "../command.hpp"

namespace fanout::cli {

void add_fetch(CLI::App& program, Command& chosen);

}  // namespace fanout::cli
