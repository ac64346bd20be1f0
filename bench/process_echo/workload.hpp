// SPDX-License-Identifier: MIT
// process_echo: so many bytes go to a worker process and come back, 256 MiB in all but at least
// twice. The number: milliseconds per echo.
#pragma once

#include <algorithm>
#include <string>

#include "../support/bench.hpp"

namespace process_echo {

inline std::string echo(std::string text) { return text; }

// body(text, times) sends `text` so often and returns how many times it came back whole.
template <class Body>
int measure(int argc, char** argv, Body body) {
  const bench::Run run = bench::parse(argc, argv, {std::size_t{1} << 20, 1});
  const std::size_t times =
      std::clamp((std::size_t{256} << 20) / run.size, std::size_t{2}, std::size_t{256});
  std::string text(run.size, 'x');
  text.back() = 'y';
  const bench::Stopwatch watch;
  const std::size_t whole = body(text, times);
  return bench::report(watch.nanoseconds() / 1e6 / static_cast<double>(times), whole == times);
}

}  // namespace process_echo
