// SPDX-License-Identifier: MIT
// conformance: 38. A function that wants a reference is given a copy.
// expect: std::ref
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

void change(std::string& text);

void user(fanout::ThreadPoolExecutor& executor, std::string& text) {
  auto future = executor.submit(change, text);
}
