// SPDX-License-Identifier: MIT
// The example of Python's documentation of ProcessPoolExecutor, with a progress bar.
//
// In Python this needs processes, because its threads cannot compute at the same time. In C++ threads
// can, and a ThreadPoolExecutor does the same with less ado: put it in the place of the other one.
#include <cmath>
#include <cstdint>
#include <iostream>
#include <unordered_map>
#include <vector>

#include <fanout/fanout.hpp>

bool is_prime(std::int64_t n) {
  if (n < 2) return false;
  if (n == 2) return true;
  if (n % 2 == 0) return false;
  const auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  for (std::int64_t i = 3; i <= root; i += 2) {
    if (n % i == 0) return false;
  }
  return true;
}

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  const std::vector<std::int64_t> numbers{112272535095293, 112582705942171, 112272535095293,
                                          115280095190773, 115797848077099, 1099726899285419};
  fanout::ProcessPoolExecutor executor;

  // As Python has it: results in the order of the input.
  auto number = numbers.begin();
  for (const bool prime : executor.map(is_prime, numbers)) {
    std::cout << *number++ << " is prime: " << (prime ? "True" : "False") << '\n';
  }

  // Small numbers in chunks, so that a message carries many of them; the bar is on stderr.
  std::vector<std::int64_t> small;
  for (std::int64_t n = 0; n < 100'000; ++n) small.push_back(n);
  fanout::ProgressBar bar({.total = small.size(), .description = "primes"});
  int found = 0;
  for (const bool prime : executor.map({.chunksize = 1000}, is_prime, small)) {
    found += prime ? 1 : 0;
    bar.advance();
  }
  bar.finish();
  std::cout << found << " primes below 100000\n";
}

// Prints:
//   112272535095293 is prime: True
//   112582705942171 is prime: True
//   112272535095293 is prime: True
//   115280095190773 is prime: True
//   115797848077099 is prime: True
//   1099726899285419 is prime: False
//   9592 primes below 100000
