// SPDX-License-Identifier: MIT
// fib: calls instead of tasks.
#include "workload.hpp"

namespace {

std::uint64_t fib(std::uint64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

}  // namespace

int main(int argc, char** argv) {
  return fib::measure(argc, argv, [](const bench::Run& run) { return fib(run.size); });
}
