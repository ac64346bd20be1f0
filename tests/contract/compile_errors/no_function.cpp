// SPDX-License-Identifier: MIT
// conformance: 38. submit without anything to call.
// expect: submit
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

void user(fanout::ThreadPoolExecutor& executor) { auto future = executor.submit(); }
