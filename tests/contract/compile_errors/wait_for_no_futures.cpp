// SPDX-License-Identifier: MIT
// behaviour: 53. wait for a range of something else.
// expect: wait
#include <fanout/fanout.hpp>

#include <string>
#include <vector>

void user(const std::vector<int>& numbers) { (void)fanout::wait(numbers); }
