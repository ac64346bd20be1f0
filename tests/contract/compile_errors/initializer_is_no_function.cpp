// SPDX-License-Identifier: MIT
// behaviour: 28. An initializer that cannot be called.
// expect: initializer|convert
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

const fanout::ThreadPoolOptions options{.initializer = 42};
