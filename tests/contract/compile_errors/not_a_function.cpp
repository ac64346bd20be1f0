// SPDX-License-Identifier: MIT
// conformance: 38. submit of something that is no function.
// expect: cannot be called
#include <fanout/fanout.hpp>

#include <string>
#include <vector>

void user(fanout::ThreadPoolExecutor& executor) { auto future = executor.submit(42); }
