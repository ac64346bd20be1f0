// SPDX-License-Identifier: MIT
// The `fanout` program: picks the subcommand and runs it.
#pragma once

namespace fanout::cli {

// What main() does. Returns the exit status.
int run_program(int argc, char** argv);

}  // namespace fanout::cli
