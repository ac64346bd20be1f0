// SPDX-License-Identifier: MIT
// expect: a future cannot cross to another process: pass its result
#include <fanout/detail/remote_call.hpp>
#include <fanout/fanout.hpp>

constexpr auto* submit =
    &fanout::detail::encode_call<int (*)(fanout::Future<int>), fanout::Future<int>>;
