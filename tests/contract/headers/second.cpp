// SPDX-License-Identifier: MIT
// The other translation unit: the same templates with the same types, and the other functions.
#include <vector>

#include <fanout/fanout.hpp>

int from_the_second(fanout::ThreadPoolExecutor& executor) {
  int sum = 0;
  const std::vector<fanout::Future<int>> futures{executor.submit([](int n) { return n + 1; }, 39)};
  for (auto future : fanout::as_completed(futures)) {
    sum += future.result();
  }
  for (const int value : executor.map([](int n) { return n; }, std::vector{1, 1})) {
    sum += value;
  }
  fanout::Promise<int> promise;
  promise.set_value(0);
  return sum + promise.get_future().result();
}
