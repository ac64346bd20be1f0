// SPDX-License-Identifier: MIT
// behaviour: 23. The outcome is set by the promise, a future cannot.
// expect: set_value
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

void user(fanout::Future<int>& future) { future.set_value(1); }
