// SPDX-License-Identifier: MIT
// A bound on the tasks that wait for a worker, and what happens when it is reached.
//
// Python's executors queue without limit: a producer that is faster than the workers fills the
// memory. max_pending sets a limit, and on_full says who gives way: the producer waits (block), the
// task is refused (reject), or the producer does the work itself (caller_runs).
#include <atomic>
#include <iostream>
#include <latch>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

int main() {
  // block: reading slows down to the pace of the workers. At no time do more than 3 tasks wait.
  std::atomic<int> handled = 0;
  {
    fanout::ThreadPoolExecutor executor({.max_workers = 2, .max_pending = 3});
    for (int line = 0; line < 1000; ++line) {
      auto future = executor.submit([&handled] { ++handled; });
    }
  }
  std::cout << handled << " lines handled\n";

  // reject: a server that answers "try again later" rather than let everybody wait.
  std::latch gate(1);
  std::latch started(1);
  fanout::ThreadPoolExecutor server(
      {.max_workers = 1, .max_pending = 1, .on_full = fanout::OnFull::reject});
  auto served = server.submit([&gate, &started] {
    started.count_down();
    gate.wait();
  });
  started.wait();
  auto queued = server.submit([] { return 200; });
  try {
    auto refused = server.submit([] { return 200; });
  } catch (const fanout::QueueFull&) {
    std::cout << "try again later\n";
  }
  gate.count_down();
  std::cout << "the queued one got " << queued.result() << '\n';

  // caller_runs: the producer lends a hand, and so has no time to produce more.
  std::latch second_gate(1);
  fanout::ThreadPoolExecutor helped(
      {.max_workers = 1, .max_pending = 1, .on_full = fanout::OnFull::caller_runs});
  std::latch busy(1);
  auto occupies_the_worker = helped.submit([&] {
    busy.count_down();
    second_gate.wait();
  });
  busy.wait();
  auto waits = helped.submit([] { return std::this_thread::get_id(); });
  auto runs_here = helped.submit([] { return std::this_thread::get_id(); });
  std::cout << std::boolalpha
            << "run by the caller: " << (runs_here.result() == std::this_thread::get_id()) << '\n';
  second_gate.count_down();
  std::cout << "run by the caller: " << (waits.result() == std::this_thread::get_id()) << '\n';
}

// Prints:
//   1000 lines handled
//   try again later
//   the queued one got 200
//   run by the caller: true
//   run by the caller: false
