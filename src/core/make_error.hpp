// SPDX-License-Identifier: MIT
// Exceptions that are made to be kept, where nothing may be thrown.
#pragma once

#include <exception>

namespace fanout::detail {

// The exception that `make` returns, or what making it threw: texts take memory.
template <class Make>
std::exception_ptr make_error(Make make) noexcept {
  try {
    return std::make_exception_ptr(make());
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace fanout::detail
