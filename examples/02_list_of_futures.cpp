// SPDX-License-Identifier: MIT
// Pattern 1, a list of futures: for tasks that are all alike, when only the results matter.
//
// Throwing darts at a square estimates pi. No throw is special, so nothing has to remember which
// future belongs to which throws: the results come in submission order and are added up. A task
// that throws an exception harms only itself; result() throws it again, here, where it can be
// handled.
#include <cstdint>
#include <exception>
#include <iostream>
#include <random>
#include <stdexcept>
#include <vector>

#include <fanout/fanout.hpp>

constexpr int throws_per_task = 100'000;

int darts_in_the_circle(std::uint32_t seed) {
  if (seed == 13) throw std::runtime_error("nobody throws darts on the 13th");
  std::mt19937 random(seed);
  const auto coordinate = [&random] { return static_cast<double>(random()) / 4294967296.0; };
  int hits = 0;
  for (int i = 0; i < throws_per_task; ++i) {
    const double x = coordinate();
    const double y = coordinate();
    if (x * x + y * y < 1) ++hits;
  }
  return hits;
}

int main() {
  fanout::ThreadPoolExecutor executor;  // as many workers as Python would start

  std::vector<fanout::Future<int>> futures;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    futures.push_back(executor.submit(darts_in_the_circle, seed));
  }

  double hits = 0;
  double throws = 0;
  for (const auto& future : futures) {
    try {
      hits += future.result();
      throws += throws_per_task;
    } catch (const std::exception& error) {
      std::cout << "left out: " << error.what() << '\n';
    }
  }
  std::cout << "pi is about " << 4 * hits / throws << '\n';
}

// Prints:
//   left out: nobody throws darts on the 13th
//   pi is about 3.14...
