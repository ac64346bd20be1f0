// SPDX-License-Identifier: MIT
// conformance: 38. submit without anything to call.
// expect: submit
#include <fanout/fanout.hpp>

#include <string>
#include <vector>

void user(fanout::ThreadPoolExecutor& executor) { auto future = executor.submit(); }
