// SPDX-License-Identifier: MIT
// Programs that leave in unusual ways, chosen by the first argument; exit_test.cpp runs them.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <latch>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

namespace {

void say(const std::string& text) { std::cout << text + "\n" << std::flush; }

// Submits ten tasks that each say their number. The pause makes it likely that most of them have
// not begun when main() goes on; nothing depends on its length.
void submit_ten(fanout::ThreadPoolExecutor& executor) {
  for (int i = 0; i < 10; ++i) {
    executor
        .submit([i] {
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
          say("task " + std::to_string(i));
        })
        .add_done_callback([](const fanout::Future<void>&) {});
  }
}

fanout::ThreadPoolExecutor& static_pool() {
  static fanout::ThreadPoolExecutor pool(2);
  return pool;
}

int end_of_main_without_shutdown() {
  fanout::ThreadPoolExecutor executor(2);
  submit_ten(executor);
  return 3;
}

int end_of_main_with_a_static_pool() {
  submit_ten(static_pool());
  return 3;
}

int exit_with_a_static_pool() {
  submit_ten(static_pool());
  std::exit(3);
}

int submit_from_an_exit_handler_after_shutdown() {
  static_pool();  // made before the handler is registered, so that it still exists when that runs
  std::atexit([] {
    try {
      (void)static_pool().submit(say, "never");
    } catch (const fanout::ShutdownError& error) {
      say(error.what());
    }
  });
  submit_ten(static_pool());
  static_pool().shutdown();
  return 3;
}

int end_of_main_after_shutdown_without_wait() {
  fanout::ThreadPoolExecutor executor(2);
  submit_ten(executor);
  executor.shutdown({.wait = false});
  return 3;
}

int end_of_main_after_shutdown_without_wait_but_cancelling() {
  fanout::ThreadPoolExecutor executor(1);
  std::latch begun(1);
  std::vector<fanout::Future<void>> futures;
  futures.push_back(executor.submit([&] {
    begun.count_down();
    say("task 0");
  }));
  begun.wait();
  for (int i = 1; i < 10; ++i) {
    futures.push_back(executor.submit(say, "task " + std::to_string(i)));
  }
  executor.shutdown({.wait = false, .cancel_futures = true});
  for (const auto& future : futures) {
    future.wait();
    say(future.cancelled() ? "cancelled" : "ran");
  }
  return 3;
}

int pools_left_by_a_task_at_exit() {
  static_pool()
      .submit([] {
        fanout::ThreadPoolExecutor inner(1);
        submit_ten(inner);
      })
      .add_done_callback([](const fanout::Future<void>&) {});
  return 3;
}

}  // namespace

int main(int, char** arguments) {
  const std::map<std::string, std::function<int()>> ways{
      {"end_of_main_without_shutdown", end_of_main_without_shutdown},
      {"end_of_main_with_a_static_pool", end_of_main_with_a_static_pool},
      {"exit_with_a_static_pool", exit_with_a_static_pool},
      {"submit_from_an_exit_handler_after_shutdown", submit_from_an_exit_handler_after_shutdown},
      {"end_of_main_after_shutdown_without_wait", end_of_main_after_shutdown_without_wait},
      {"end_of_main_after_shutdown_without_wait_but_cancelling",
       end_of_main_after_shutdown_without_wait_but_cancelling},
      {"pools_left_by_a_task_at_exit", pools_left_by_a_task_at_exit},
  };
  return ways.at(arguments[1])();
}
