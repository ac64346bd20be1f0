// SPDX-License-Identifier: MIT
// What the programs beside this one get wrong, done right: this one compiles.
// expect: no error
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int twice(int n);

void user(fanout::ThreadPoolExecutor& executor) {
  auto future = executor.submit(twice, 1);
  auto results = executor.map({.buffersize = 3}, twice, std::vector{1, 2});
  const fanout::ThreadPoolOptions options{.initializer = [] {}};
}
