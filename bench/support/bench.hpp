// SPDX-License-Identifier: MIT
// What all cells share: reading --size and --workers, the clock, checking, and printing the number.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <sched.h>

namespace bench {

// What a cell is asked to do. `size` is the workload's own measure: mostly the number of tasks.
struct Run {
  std::size_t size;
  int workers;
};

// The processors this process may run on; the default number of workers.
inline int usable_cores() {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

[[noreturn]] inline void refuse(const char* program) {
  std::fprintf(stderr, "usage: %s [--size N] [--workers N], each at least 1\n", program);
  std::exit(2);
}

inline Run parse(int argc, char** argv, Run defaults) {
  Run run = defaults;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const long value = i + 1 < argc ? std::strtol(argv[i + 1], nullptr, 10) : 0;
    if (value < 1) refuse(argv[0]);
    if (name == "--size") {
      run.size = static_cast<std::size_t>(value);
    } else if (name == "--workers") {
      run.workers = static_cast<int>(value);
    } else {
      refuse(argv[0]);
    }
  }
  return run;
}

class Stopwatch {
 public:
  double nanoseconds() const {
    return std::chrono::duration<double, std::nano>(Clock::now() - began_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point began_ = Clock::now();
};

// Ends a cell: prints its number if its answer was right. What it returns is main's status.
inline int report(double number, bool right) {
  if (!right) {
    std::fprintf(stderr, "the answer is wrong\n");
    return 1;
  }
  std::printf("%.9g\n", number);
  return 0;
}

// Times `body(run)` as a whole: making the pool, the work, destroying the pool and all futures.
// Prints nanoseconds per task.
template <class R, class Body, class Answer>
int measure_per_task(const R& run, std::size_t tasks, Answer expected, Body& body) {
  const Stopwatch watch;
  const Answer answer = body(run);
  const double nanoseconds = watch.nanoseconds();
  return report(nanoseconds / static_cast<double>(tasks), answer == expected);
}

}  // namespace bench
