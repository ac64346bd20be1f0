// SPDX-License-Identifier: MIT
// What the program's exit statuses mean. One that a signal ended exits with 128 + its number.
#pragma once

namespace fanout::cli {

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;  // something of what was asked for did not work
inline constexpr int exit_usage = 2;    // what was asked for makes no sense

}  // namespace fanout::cli
