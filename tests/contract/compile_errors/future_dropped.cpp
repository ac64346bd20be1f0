// SPDX-License-Identifier: MIT
// behaviour: 25. The future of submit is dropped on the floor, perhaps by mistake.
// expect: nodiscard|ignoring return
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int twice(int n);

void user(fanout::ThreadPoolExecutor& executor) { executor.submit(twice, 1); }
