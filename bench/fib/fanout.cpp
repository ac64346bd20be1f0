// SPDX-License-Identifier: MIT
// fib: fanout, every branch a future.
#include <fanout/thread_pool_executor.hpp>

#include "workload.hpp"

namespace {

std::uint64_t fibonacci(fanout::ThreadPoolExecutor& executor, std::uint64_t n) {
  if (n < 2) return n;
  const auto left = executor.submit(fibonacci, std::ref(executor), n - 1);
  const auto right = executor.submit(fibonacci, std::ref(executor), n - 2);
  // The younger first: the worker finds it at the near end of its own queue.
  return right.result() + left.result();
}

}  // namespace

int main(int argc, char** argv) {
  return fib::measure(argc, argv, [](const bench::Run& run) {
    fanout::ThreadPoolExecutor executor(run.workers);
    return fibonacci(executor, run.size);
  });
}
