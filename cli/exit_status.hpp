// SPDX-License-Identifier: MIT
// What the program's exit statuses mean. One that a signal ended exits with 128 + its number.
#pragma once

#include <stdexcept>

namespace fanout::cli {

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;  // something of what was asked for did not work
inline constexpr int exit_usage = 2;    // what was asked for makes no sense

// What was asked for makes no sense, found out only while doing it; ends the program with
// exit_usage.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace fanout::cli
