// SPDX-License-Identifier: MIT
// conformance: 38. map over elements that the function does not take.
// expect: cannot be called
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int twice(int n);

void user(fanout::ThreadPoolExecutor& executor) {
  executor.map(twice, std::vector<std::string>{"one"});
}
