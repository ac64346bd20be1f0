// SPDX-License-Identifier: MIT
// expect: this type cannot cross to another process: make it an aggregate
#include <memory>

#include <fanout/detail/remote_call.hpp>

constexpr auto* submit =
    &fanout::detail::encode_call<int (*)(std::unique_ptr<int[]>), std::unique_ptr<int[]>>;
