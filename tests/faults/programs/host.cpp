// SPDX-License-Identifier: MIT
// Programs with a process pool that end in unusual ways, chosen by the first argument; host_test.cpp
// runs them. They print the pids of what they have started.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <fanout/fanout.hpp>
#include <fanout/process_pool_executor.hpp>

namespace {

using namespace std::chrono_literals;

fanout::StartMethod method = fanout::StartMethod::spawn;

fanout::ProcessPoolOptions with(int workers) {
  return {.max_workers = workers, .start_method = method};
}

void say(const std::string& what, long number) {
  std::printf("%s %ld\n", what.c_str(), number);
  std::fflush(stdout);
}

[[noreturn]] void hang() {
  for (;;) pause();
}

int square(int n) { return n * n; }

int say_task(int number) {
  usleep(2000);  // most have not begun when main() goes on; nothing depends on it
  say("task", number);
  return number;
}

void submit_ten(fanout::ProcessPoolExecutor& executor) {
  for (int i = 0; i < 10; ++i) {
    executor.submit(say_task, i).add_done_callback([](const fanout::Future<int>&) {});
  }
}

// Starts a process that has inherited whatever the worker holds, and never ends by itself.
void hang_with_a_child() {
  const pid_t child = fork();
  if (child == 0) hang();
  say("child", child);
  say("worker", getpid());
  hang();
}

std::string echo(const std::string& text) { return text; }

// Workers that hang, workers under load, and a forked child that holds this side's ends of all
// sockets and pipes.
int wait_to_be_killed() {
  fanout::ProcessPoolExecutor hanging(with(2));
  fanout::ProcessPoolExecutor loaded(with(2));
  for (int i = 0; i < 2; ++i) {
    hanging.submit(hang_with_a_child).add_done_callback([](const fanout::Future<void>&) {});
  }
  std::vector<fanout::Future<int>> pids;
  for (int i = 0; i < 20; ++i) pids.push_back(loaded.submit(+[] { return getpid(); }));
  for (const auto& pid : pids) say("worker", pid.result());
  const pid_t heir = fork();
  if (heir == 0) hang();
  say("heir", heir);
  say("self", getpid());
  const std::string text(100'000, 'x');
  for (;;) {
    std::vector<fanout::Future<std::string>> echoes;
    for (int i = 0; i < 50; ++i) echoes.push_back(loaded.submit(echo, text));
    for (const auto& each : echoes) each.wait();
  }
}

// A task with a pool of its own.
void hang_in_a_nested_pool() {
  fanout::ProcessPoolExecutor inner(with(1));
  const auto future = inner.submit(hang_with_a_child);
  say("worker", getpid());
  future.wait();
}

int wait_to_be_killed_with_nested_pools() {
  fanout::ProcessPoolExecutor executor(with(1));
  const auto future = executor.submit(hang_in_a_nested_pool);
  say("self", getpid());
  future.wait();
  return 1;
}

fanout::ProcessPoolExecutor& static_pool() {
  static fanout::ProcessPoolExecutor pool(with(2));
  return pool;
}

int end_of_main_without_shutdown() {
  fanout::ProcessPoolExecutor executor(with(2));
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

int end_of_main_after_shutdown_without_wait() {
  fanout::ProcessPoolExecutor executor(with(2));
  submit_ten(executor);
  executor.shutdown({.wait = false});
  return 3;
}

int exit_handler_that_submits_after_shutdown() {
  static_pool();  // made before the handler is registered, so that it still exists when that runs
  std::atexit([] {
    try {
      (void)static_pool().submit(square, 1);
    } catch (const fanout::ShutdownError&) {
      say("refused", 1);
    }
  });
  submit_ten(static_pool());
  static_pool().shutdown();
  return 3;
}

int exit_in_a_callback() {
  fanout::ProcessPoolExecutor executor(with(2));
  executor.submit(square, 2).add_done_callback([](const fanout::Future<int>&) { std::exit(3); });
  hang();
}

int exit_in_a_callback_of_a_static_pool() {
  static_pool().submit(square, 2).add_done_callback(
      [](const fanout::Future<int>&) { std::exit(3); });
  hang();
}

int exit_in_a_task() {
  fanout::ProcessPoolExecutor executor(with(1));
  const auto exiting = executor.submit(+[] { std::exit(9); });
  try {
    exiting.result();
  } catch (const fanout::WorkerDied& died) {
    say("exit code", died.exit_code());
  }
  return 3;
}

// Ends the program that reads it, unless it is a worker.
bool is_host = false;
struct Ending {
  int value = 0;

  void save(fanout::Writer& writer) const { writer(value); }
  void load(fanout::Reader& reader) {
    reader(value);
    if (is_host) std::exit(3);
  }
};

int exit_while_a_result_is_read() {
  fanout::ProcessPoolExecutor executor(with(1));
  executor.submit(+[] { return Ending{}; }).result();
  return 4;
}

int abandon_running_tasks_by_quick_exit() {
  fanout::ProcessPoolExecutor executor(with(3));
  for (int i = 0; i < 2; ++i) {
    executor.submit(hang_with_a_child).add_done_callback([](const fanout::Future<void>&) {});
  }
  executor.submit({.timeout = 100ms}, hang).wait();  // some time for the other two
  _exit(3);
}

int without_standard_descriptors() {
  for (int number = 0; number < 3; ++number) close(number);
  fanout::ProcessPoolExecutor executor(with(2));
  int sum = 0;
  for (const int value : executor.map(square, std::vector<int>{1, 2, 3})) sum += value;
  for (int i = 0; i < 20; ++i) {
    executor.submit(+[] { std::fputs("to nobody\n", stderr); }).result();
  }
  const std::string text(1 << 20, 'x');
  return sum == 14 && executor.submit(echo, text).result() == text ? 3 : 4;
}

// The test runs a copy, which it does not need any more.
int after_its_program_was_deleted() {
  std::string path(4096, '\0');
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  path.resize(static_cast<std::size_t>(size));
  if (unlink(path.c_str()) != 0) return 5;
  fanout::ProcessPoolExecutor executor(with(2));
  return executor.submit(square, 2).result() == 4 ? 3 : 4;
}

int many_pools_left_at_once() {
  std::vector<std::unique_ptr<fanout::ProcessPoolExecutor>> pools;
  for (int i = 0; i < 8; ++i) {
    pools.push_back(std::make_unique<fanout::ProcessPoolExecutor>(with(1)));
    pools.back()->submit(square, i).add_done_callback([](const fanout::Future<int>&) {});
    pools.back()->shutdown({.wait = false});
  }
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  is_host = true;
  const std::map<std::string, std::function<int()>> ways{
      {"wait_to_be_killed", wait_to_be_killed},
      {"wait_to_be_killed_with_nested_pools", wait_to_be_killed_with_nested_pools},
      {"end_of_main_without_shutdown", end_of_main_without_shutdown},
      {"end_of_main_with_a_static_pool", end_of_main_with_a_static_pool},
      {"exit_with_a_static_pool", exit_with_a_static_pool},
      {"end_of_main_after_shutdown_without_wait", end_of_main_after_shutdown_without_wait},
      {"exit_handler_that_submits_after_shutdown", exit_handler_that_submits_after_shutdown},
      {"exit_in_a_callback", exit_in_a_callback},
      {"exit_in_a_callback_of_a_static_pool", exit_in_a_callback_of_a_static_pool},
      {"exit_in_a_task", exit_in_a_task},
      {"exit_while_a_result_is_read", exit_while_a_result_is_read},
      {"abandon_running_tasks_by_quick_exit", abandon_running_tasks_by_quick_exit},
      {"without_standard_descriptors", without_standard_descriptors},
      {"after_its_program_was_deleted", after_its_program_was_deleted},
      {"many_pools_left_at_once", many_pools_left_at_once},
  };
  if (argc == 3 && std::string(argv[2]) == "forkserver") method = fanout::StartMethod::forkserver;
  return ways.at(argv[1])();
}
