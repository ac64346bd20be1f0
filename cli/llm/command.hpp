// SPDX-License-Identifier: MIT
// `fanout llm` on the command line: its options and their help.
#pragma once

#include "../command.hpp"
#include "result_file.hpp"

namespace fanout::cli::llm {

// --resume and --overwrite, for commands that keep what they have got.
void add_existing_options(CLI::App& command, Existing& existing);

void add_llm(CLI::App& program, Command& chosen);

}  // namespace fanout::cli::llm
