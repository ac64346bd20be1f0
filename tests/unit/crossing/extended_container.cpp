// SPDX-License-Identifier: MIT
// expect: this type cannot cross to another process: make it an aggregate
#include <vector>

#include <fanout/detail/remote_call.hpp>

class Numbers : public std::vector<int> {
 public:
  Numbers() = default;

 private:
  int forgotten_ = 0;
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(Numbers), Numbers>;
