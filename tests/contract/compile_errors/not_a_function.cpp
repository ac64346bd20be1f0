// SPDX-License-Identifier: MIT
// conformance: 38. submit of something that is no function.
// expect: cannot be called
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

void user(fanout::ThreadPoolExecutor& executor) { auto future = executor.submit(42); }
