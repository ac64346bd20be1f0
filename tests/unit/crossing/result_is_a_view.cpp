// SPDX-License-Identifier: MIT
// expect: a view cannot cross to another process
#include <string_view>

#include <fanout/detail/remote_call.hpp>

constexpr auto* submit = &fanout::detail::encode_call<std::string_view (*)()>;
