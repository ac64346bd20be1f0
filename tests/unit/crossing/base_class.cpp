// SPDX-License-Identifier: MIT
// expect: an aggregate with a base class cannot cross
#include <fanout/detail/remote_call.hpp>

struct Base {
  int a;
};
struct Derived : Base {
  int b;
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(const Derived&), Derived>;
