// SPDX-License-Identifier: MIT
// conformance: 51. map without any inputs.
// expect: at least one range
#include <fanout/fanout.hpp>

#include <string>
#include <vector>

int nothing();

void user(fanout::ThreadPoolExecutor& executor) { executor.map(nothing); }
