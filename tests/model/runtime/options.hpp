// SPDX-License-Identifier: MIT
// The command line of the model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../model.hpp"

namespace model {

struct Options {
  bool list = false;
  long executions = 0;  // 0: what the case says
  bool random = false;
  std::uint64_t seed = 1;
  int processes = 1;
  long at_least = 0;
  bool stop_at_failure = false;
  std::string replay;
  std::vector<std::string> names;

  bool asks_for(const Case& which) const;
};

// Prints how to use it and ends the program if it does not understand.
Options parse(int argc, char** argv);

}  // namespace model
