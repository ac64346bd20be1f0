// SPDX-License-Identifier: MIT
// conformance: 44. A buffersize that is no number.
// expect: buffersize|convert|Count
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int twice(int n);

void user(fanout::ThreadPoolExecutor& executor) {
  executor.map(fanout::MapOptions{.buffersize = "3"}, twice, std::vector{1});
}
