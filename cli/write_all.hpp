// SPDX-License-Identifier: MIT
// write(), until everything is written.
#pragma once

#include <string_view>

namespace fanout::cli {

// In one system call wherever the system takes all of it at once. 0, or the errno of the failure.
int write_all(int descriptor, std::string_view text);

}  // namespace fanout::cli
