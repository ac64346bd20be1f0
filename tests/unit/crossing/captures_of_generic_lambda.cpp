// SPDX-License-Identifier: MIT
// expect: a lambda with captures cannot cross to another process: pass what it captures
#include <fanout/detail/remote_call.hpp>

void user(int number) {
  const auto fn = [number](auto other) { return number + other; };
  fanout::Writer writer;
  fanout::detail::encode_call(writer, fn, 5);
}
