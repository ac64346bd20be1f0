// SPDX-License-Identifier: MIT
// behaviour: 53. wait for a range of something else.
// expect: wait
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

void user(const std::vector<int>& numbers) { (void)fanout::wait(numbers); }
