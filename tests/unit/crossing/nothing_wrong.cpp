// SPDX-License-Identifier: MIT
// expect: no error
#include <string>
#include <vector>

#include <fanout/detail/remote_call.hpp>

struct Request {
  std::string name;
  std::vector<int> numbers;
};

int count(const Request& request);

constexpr auto* submit = &fanout::detail::encode_call<decltype(&count), Request>;
