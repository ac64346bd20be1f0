// SPDX-License-Identifier: MIT
// One of two translation units that include everything: what headers define must be inline.
#include <fanout/fanout.hpp>

int from_the_second(fanout::ThreadPoolExecutor& executor);

int main() {
  fanout::ThreadPoolExecutor executor(2);
  fanout::Future<int> future = executor.submit([](int n) { return n + 1; }, 1);
  fanout::wait({future});
  return future.result() + from_the_second(executor) == 44 ? 0 : 1;
}
