// SPDX-License-Identifier: MIT
// fire: trivial tasks are submitted, nobody keeps their futures, and then the pool is emptied. Each
// contender does so by whatever its library has for calls without a result. The number: nanoseconds
// per task.
#pragma once

#include <algorithm>
#include <vector>

#include "../support/bench.hpp"

namespace fire {

struct Input : bench::Run {
  std::uint8_t* ran;  // one for each task, so that tasks share nothing
};

inline void task(std::uint8_t* ran, std::size_t i) { ++ran[i]; }

template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {1'000'000, bench::usable_cores()});
  std::vector<std::uint8_t> ran(run.size);
  const Input input{run, ran.data()};
  const auto count_what_ran = [&](const Input& given) {
    body(given);
    return std::count(ran.begin(), ran.end(), 1);
  };
  return bench::measure_per_task(input, run.size, std::ssize(ran), count_what_ran);
}

}  // namespace fire
