// SPDX-License-Identifier: MIT
// fib: fanout, every branch a future.
#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

namespace {

std::uint64_t fib(fanout::ThreadPoolExecutor& executor, std::uint64_t n) {
  if (n < 2) return n;
  const auto left = executor.submit(fib, std::ref(executor), n - 1);
  const auto right = executor.submit(fib, std::ref(executor), n - 2);
  return left.result() + right.result();
}

}  // namespace

int main(int argc, char** argv) {
  return fib::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    return fib(executor, run.size);
  });
}
