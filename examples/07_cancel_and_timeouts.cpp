// SPDX-License-Identifier: MIT
// Giving up: on a wait, on a task that has not started, on a task that takes too long.
//
// These are three different things. A wait that runs out of time changes nothing. A task that has
// not started can be cancelled, and will never run. A task that runs can only be asked to stop: no
// thread can be ended from outside, so the task has to look at its std::stop_token.
#include <chrono>
#include <iostream>
#include <latch>
#include <stop_token>
#include <thread>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

// A parameter std::stop_token in front is all that is needed to be told.
int work_until_told(std::stop_token stop) {
  int rounds = 0;
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(1ms);
    ++rounds;
  }
  return rounds;
}

int main() {
  std::latch started(1);
  fanout::ThreadPoolExecutor executor(1);  // one worker: the second task has to queue

  auto running = executor.submit([&started](std::stop_token stop) {
    started.count_down();
    return work_until_told(stop);
  });
  auto queued = executor.submit(work_until_told);
  started.wait();

  try {
    running.result(10ms);
  } catch (const fanout::TimeoutError&) {
    std::cout << "no result yet, and the task runs on: " << std::boolalpha << running.running()
              << '\n';
  }

  std::cout << "cancel the running one: " << running.cancel() << '\n';
  std::cout << "cancel the queued one: " << queued.cancel() << '\n';
  try {
    queued.result();
  } catch (const fanout::CancelledError&) {
    std::cout << "the queued one never ran\n";
  }

  // What becomes of a task that is asked to stop is up to the task. This one returns a value.
  running.request_stop();
  std::cout << "it did some rounds: " << (running.result() > 0) << '\n';

  // A limit for the run itself. When it is over, the task is asked to stop and its future fails at
  // once; a task that does not listen would keep its worker busy, though nobody waits for it.
  auto limited = executor.submit({.name = "slow", .timeout = 20ms}, work_until_told);
  try {
    limited.result();
  } catch (const fanout::TaskTimeoutError&) {
    std::cout << "it took too long\n";
  }
}

// Prints:
//   no result yet, and the task runs on: true
//   cancel the running one: false
//   cancel the queued one: true
//   the queued one never ran
//   it did some rounds: true
//   it took too long
