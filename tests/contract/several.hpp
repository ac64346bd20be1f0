// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <vector>

#include <fanout/future.hpp>
#include <fanout/promise.hpp>

namespace fanout::test {

// Promises with their futures, set by the test in the order it likes.
struct Several {
  explicit Several(std::size_t count) : promises(count) {
    for (const auto& promise : promises) {
      futures.push_back(promise.get_future());
    }
  }
  void succeed(std::size_t i) { promises[i].set_value(static_cast<int>(i)); }
  void fail(std::size_t i) {
    promises[i].set_exception(std::make_exception_ptr(std::out_of_range("far")));
    (void)futures[i].exception();
  }

  std::vector<Promise<int>> promises;
  std::vector<Future<int>> futures;
};

}  // namespace fanout::test
