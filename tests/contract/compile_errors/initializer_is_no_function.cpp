// SPDX-License-Identifier: MIT
// conformance: 141. An initializer that cannot be called.
// behaviour: 28. An initializer that cannot be called.
// expect: initializer|convert
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

const fanout::ThreadPoolOptions options{.initializer = 42};
