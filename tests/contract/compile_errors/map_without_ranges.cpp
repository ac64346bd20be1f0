// SPDX-License-Identifier: MIT
// conformance: 51. map without any inputs.
// expect: at least one range
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int nothing();

void user(fanout::ThreadPoolExecutor& executor) { executor.map(nothing); }
