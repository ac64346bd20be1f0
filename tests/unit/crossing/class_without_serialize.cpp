// SPDX-License-Identifier: MIT
// expect: this type cannot cross to another process: make it an aggregate
#include <vector>

#include <fanout/detail/remote_call.hpp>

class Account {
 public:
  Account() = default;

 private:
  int cents_ = 0;
};

constexpr auto* submit =
    &fanout::detail::encode_call<int (*)(std::vector<Account>), std::vector<Account>>;
