// SPDX-License-Identifier: MIT
// expect: a view cannot cross to another process
#include <span>

#include <fanout/detail/remote_call.hpp>

constexpr auto* submit = &fanout::detail::encode_call<int (*)(std::span<int>), std::span<int>>;
