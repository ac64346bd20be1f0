// SPDX-License-Identifier: MIT
// fib: oneTBB's task_group: group and join, results by reference.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "workload.hpp"

namespace {

std::uint64_t fibonacci(std::uint64_t n) {
  if (n < 2) return n;
  std::uint64_t left = 0;
  std::uint64_t right = 0;
  tbb::task_group group;
  group.run([&left, n] { left = fibonacci(n - 1); });
  group.run([&right, n] { right = fibonacci(n - 2); });
  group.wait();
  return left + right;
}

}  // namespace

int main(int argc, char** argv) {
  return fib::measure(argc, argv, [](const bench::Run& run) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(run.workers));
    return fibonacci(run.size);
  });
}
