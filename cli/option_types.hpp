// SPDX-License-Identifier: MIT
// Kinds of options that several subcommands have.
#pragma once

#include <chrono>
#include <string>

#include "command.hpp"

namespace fanout::cli {

// Seconds, with a fraction if need be, as curl takes them; 0 is no limit, a day the most anyone
// means.
void add_seconds(CLI::App& command, const std::string& name, std::chrono::milliseconds& target,
                 const std::string& help);

struct Bounds {
  int least;
  int most;
};

void add_number(CLI::App& command, const std::string& name, int& target, Bounds bounds,
                const std::string& help);

}  // namespace fanout::cli
