// SPDX-License-Identifier: MIT
// Tasks that every executor can run, in this process or another: plain functions of plain values.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace fanout::test {

inline int add(int a, int b) { return a + b; }
inline int square(int n) { return n * n; }
inline void nothing(int) {}
inline std::string greeting(const std::string& name) { return "hello " + name; }
inline int fail(const std::string& text) { throw std::runtime_error(text); }

// Throws for one number, squares the others.
inline int square_unless_three(int n) {
  if (n == 3) {
    throw std::out_of_range("three");
  }
  return n * n;
}

inline std::vector<int> numbers(int count) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(i);
  }
  return all;
}

}  // namespace fanout::test
