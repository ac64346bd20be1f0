// SPDX-License-Identifier: MIT
// behaviour: 53. A condition that is no ReturnWhen.
// expect: wait
#include <fanout/fanout.hpp>

#include <string>
#include <vector>

void user(const std::vector<fanout::Future<int>>& futures) { (void)fanout::wait(futures, 1); }
