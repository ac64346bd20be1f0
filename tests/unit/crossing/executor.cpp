// SPDX-License-Identifier: MIT
// expect: this type cannot cross to another process: make it an aggregate
#include <memory>

#include <fanout/detail/remote_call.hpp>
#include <fanout/fanout.hpp>

constexpr auto* submit =
    &fanout::detail::encode_call<int (*)(std::shared_ptr<fanout::ThreadPoolExecutor>),
                                 std::shared_ptr<fanout::ThreadPoolExecutor>>;
