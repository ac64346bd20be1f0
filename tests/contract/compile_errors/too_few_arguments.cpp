// SPDX-License-Identifier: MIT
// conformance: 38. A function that wants more arguments than submit is given.
// expect: cannot be called
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int add(int a, int b);

void user(fanout::ThreadPoolExecutor& executor) { auto future = executor.submit(add, 1); }
