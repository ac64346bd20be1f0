// SPDX-License-Identifier: MIT
// conformance: 38. A function that cannot be called with the arguments of submit.
// expect: cannot be called
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int twice(int n);

void user(fanout::ThreadPoolExecutor& executor) {
  auto future = executor.submit(twice, std::string("text"));
}
