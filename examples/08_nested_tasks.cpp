// SPDX-License-Identifier: MIT
// Tasks that submit tasks to their own pool and wait for them.
//
// In Python this may deadlock: the workers are all waiting, and nobody is left to run what they
// wait for. Here a worker that waits for a task of its own pool that has not started runs that task
// itself, so even one worker gets through any depth. What cannot end at all, two tasks that wait
// for each other, throws DeadlockError instead of hanging.
#include <functional>
#include <iostream>
#include <numeric>
#include <span>
#include <vector>

#include <fanout/fanout.hpp>

long long sum_of(fanout::ThreadPoolExecutor& executor, std::span<const int> numbers) {
  if (numbers.size() <= 1000) return std::accumulate(numbers.begin(), numbers.end(), 0LL);
  const auto half = numbers.size() / 2;
  auto left = executor.submit(sum_of, std::ref(executor), numbers.first(half));
  const long long right = sum_of(executor, numbers.subspan(half));
  return left.result() + right;
}

int main() {
  fanout::ThreadPoolExecutor executor(1);

  std::vector<int> numbers(100'000);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::cout << "sum: " << executor.submit(sum_of, std::ref(executor), std::span(numbers)).result()
            << '\n';

  // Two tasks that wait for each other. Python's documentation shows this program as one that
  // never ends; here the wait that would close the circle throws, in one of the two tasks.
  fanout::ThreadPoolExecutor two_workers(2);
  fanout::Promise<fanout::Future<int>> b_exists;
  auto a = two_workers.submit({.name = "a"},
                              [&b_exists] { return b_exists.get_future().result().result() + 1; });
  auto b = two_workers.submit({.name = "b"}, [a] { return a.result() + 1; });
  b_exists.set_value(b);
  for (const auto& future : {a, b}) {
    try {
      std::cout << future.result() << '\n';
    } catch (const fanout::DeadlockError&) {
      std::cout << "it would have waited for itself\n";
    }
  }
}

// Prints:
//   sum: 5000050000
//   it would have waited for itself
//   it would have waited for itself
