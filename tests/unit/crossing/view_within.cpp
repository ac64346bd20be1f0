// SPDX-License-Identifier: MIT
// expect: a view cannot cross to another process
#include <string_view>
#include <vector>

#include <fanout/detail/remote_call.hpp>

struct Request {
  std::vector<std::string_view> words;
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(const Request&), Request>;
