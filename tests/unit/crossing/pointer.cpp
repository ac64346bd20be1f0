// SPDX-License-Identifier: MIT
// expect: a pointer or reference cannot cross to another process: pass the value
#include <fanout/detail/remote_call.hpp>

constexpr auto* submit = &fanout::detail::encode_call<int (*)(int*), int*>;
