// SPDX-License-Identifier: MIT
// behaviour: 28. An initializer that cannot be called.
// expect: initializer|convert
#include <fanout/fanout.hpp>

#include <string>
#include <vector>

const fanout::ThreadPoolOptions options{.initializer = 42};
