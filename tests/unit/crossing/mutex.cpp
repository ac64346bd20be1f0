// SPDX-License-Identifier: MIT
// expect: this type cannot cross to another process: make it an aggregate
#include <mutex>

#include <fanout/detail/remote_call.hpp>

struct Guarded {
  int value;
  std::mutex mutex;
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(const Guarded&), Guarded>;
