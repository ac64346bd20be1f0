// SPDX-License-Identifier: MIT
// expect: this exception cannot cross to another process: make it serializable
#include <exception>

#include <fanout/register_exception.hpp>

struct Odd : std::exception {
  explicit Odd(int* where) : where(where) {}
  int* where;
};

void user() { fanout::register_exception<Odd>(); }
