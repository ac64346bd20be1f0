// SPDX-License-Identifier: MIT
// fib: calls instead of tasks.
#include "workload.hpp"

namespace {

std::uint64_t fibonacci(std::uint64_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

}  // namespace

int main(int argc, char** argv) {
  return fib::measure(argc, argv, [](const bench::Run& run) { return fibonacci(run.size); });
}
