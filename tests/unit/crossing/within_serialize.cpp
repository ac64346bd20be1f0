// SPDX-License-Identifier: MIT
// expect: a pointer or reference cannot cross to another process: pass the value
#include <fanout/detail/remote_call.hpp>

struct Node {
  Node* next = nullptr;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(next);
  }
};

constexpr auto* submit = &fanout::detail::encode_call<int (*)(Node), Node>;
