// SPDX-License-Identifier: MIT
// expect: fn cannot be called with copies of these arguments
#include <string>

#include <fanout/detail/remote_call.hpp>

constexpr auto* submit = &fanout::detail::encode_call<int (*)(int), std::string>;
