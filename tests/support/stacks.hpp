// SPDX-License-Identifier: MIT
// Prints the stacks of all threads of this program, for a test that hangs.
#pragma once

namespace fanout::test {

// Loads what a signal handler must not load. Once, before any test.
void prepare_stacks();

// Writes the name and the stack of every thread to stderr; then, where gdb is installed and may
// attach, the same once more with file and line.
void print_all_stacks();

}  // namespace fanout::test
