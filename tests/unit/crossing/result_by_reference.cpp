// SPDX-License-Identifier: MIT
// expect: by reference cannot cross to another process: return a value
#include <fanout/detail/remote_call.hpp>

constexpr auto* submit = &fanout::detail::encode_call<int& (*)()>;
