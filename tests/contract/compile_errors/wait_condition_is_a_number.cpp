// SPDX-License-Identifier: MIT
// behaviour: 53. A condition that is no ReturnWhen.
// expect: wait
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

void user(const std::vector<fanout::Future<int>>& futures) { (void)fanout::wait(futures, 1); }
