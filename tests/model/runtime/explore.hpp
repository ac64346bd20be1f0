// SPDX-License-Identifier: MIT
// All executions of one case, and what is said about them.
#pragma once

#include "options.hpp"

namespace model {

struct Verdict {
  bool passed = false;
  long executions = 0;  // that ran to their end
};

// Prints a line with figures; and a failure in full.
Verdict explore(const Case& which, const Options& options);

}  // namespace model
