// SPDX-License-Identifier: MIT
// expect: a std::function cannot cross to another process: pass the function
#include <functional>

#include <fanout/detail/remote_call.hpp>

constexpr auto* submit = &fanout::detail::encode_call<std::function<int()>>;
