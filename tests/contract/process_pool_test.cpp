// SPDX-License-Identifier: MIT
// What is special about processes: options, what crosses, what stays apart.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/resources.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

int own_pid(int = 0) { return getpid(); }

std::string environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}
void set_environment() { setenv("FANOUT_TEST_INITIALIZED", std::to_string(getpid()).c_str(), 1); }
void fail_to_initialize() { throw std::out_of_range("no licence"); }

// conformance: 56, 187
TEST(ProcessPool, refuses_options_that_make_no_sense) {
  EXPECT_EQ(thrown<std::invalid_argument>([] { ProcessPoolExecutor executor(0); }),
            "max_workers must be greater than 0");
  EXPECT_EQ(
      thrown<std::invalid_argument>([] { ProcessPoolExecutor executor({.max_workers = -1}); }),
      "max_workers must be greater than 0");
  EXPECT_EQ(thrown<std::invalid_argument>(
                [] { ProcessPoolExecutor executor({.max_tasks_per_child = 0}); }),
            "max_tasks_per_child must be greater than 0");
}

TEST(ProcessPool, runs_its_tasks_in_other_processes_that_are_gone_after_shutdown) {
  const Resources before = Resources::now();
  ProcessPoolExecutor executor(2);
  const int pid = executor.submit(own_pid, 0).result();
  EXPECT_NE(pid, getpid());
  EXPECT_EQ(kill(pid, 0), 0);
  executor.shutdown();
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(left_over_since(before), "");
}

// conformance: 97, 98, 99
TEST(ProcessPool, starts_as_many_processes_as_there_is_work_for_and_uses_idle_ones_first) {
  ProcessPoolExecutor executor(3);
  const int pid = executor.submit(own_pid, 0).result();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(executor.submit(own_pid, 0).result(), pid);
  EXPECT_EQ(executor.stats().workers, 1);
  Door door;
  const auto standing = occupy(executor, door, 3);
  EXPECT_EQ(executor.stats().workers, 3);
  EXPECT_EQ(executor.stats().running, 3U);
  const auto pending = executor.submit(add, 1, 2);
  EXPECT_EQ(executor.stats().pending, 1U);
  door.open(3);
  EXPECT_EQ(pending.result(), 3);
  EXPECT_EQ(executor.stats().workers, 3);
  wait(standing);
  EXPECT_EQ(executor.stats().completed, 15U);
}

// conformance: 66
TEST(ProcessPool, runs_the_initializer_in_each_worker_before_its_first_task) {
  ProcessPoolExecutor executor({.max_workers = 2, .initializer = set_environment});
  EXPECT_EQ(executor.submit(environment, "FANOUT_TEST_INITIALIZED").result(),
            std::to_string(executor.submit(own_pid, 0).result()));
  EXPECT_EQ(environment("FANOUT_TEST_INITIALIZED"), "");
}

// conformance: 67, 68, 142
TEST(ProcessPool, is_broken_by_an_initializer_that_throws) {
  const Resources before = Resources::now();
  {
    ProcessPoolExecutor executor({.max_workers = 2, .initializer = fail_to_initialize});
    const auto future = executor.submit(add, 1, 2);
    future.wait();
    EXPECT_TRUE(holds(check_failed<BrokenProcessPool>(future), "initializer"));
    try {
      (void)executor.submit(add, 1, 2);
      ADD_FAILURE() << "took another task";
    } catch (const BrokenProcessPool& broken) {
      EXPECT_EQ(thrown<std::out_of_range>([&] { std::rethrow_if_nested(broken); }), "no licence");
    }
  }
  EXPECT_EQ(left_over_since(before), "");
}

// conformance: 100, 101, 173
TEST(ProcessPool, replaces_a_worker_after_max_tasks_per_child) {
  ProcessPoolExecutor executor({.max_workers = 1, .max_tasks_per_child = 3});
  std::map<int, int> tasks;
  for (const int pid : executor.map(own_pid, numbers(10))) ++tasks[pid];
  EXPECT_EQ(tasks.size(), 4U);
  int single = 0;
  for (const auto& [pid, count] : tasks) {
    EXPECT_TRUE(count == 3 || count == 1);
    if (count == 1) ++single;
  }
  EXPECT_EQ(single, 1);
}

// conformance: 87, 88, 107
TEST(ProcessPool, with_one_task_per_child_drains_a_backlog_after_shutdown_without_wait) {
  std::vector<Future<int>> futures;
  {
    ProcessPoolExecutor executor({.max_workers = 3, .max_tasks_per_child = 1});
    for (int i = 0; i < 6; ++i) futures.push_back(executor.submit(square_unless_three, i));
    executor.shutdown({.wait = false});
  }
  for (int i = 0; i < 6; ++i) {
    const auto& future = futures[static_cast<std::size_t>(i)];
    if (i == 3) {
      EXPECT_EQ(check_failed<std::out_of_range>(future), "three");
    } else {
      EXPECT_EQ(future.result(), i * i);
    }
  }
}

// conformance: 39, 40, 93
TEST(ProcessPool, keeps_the_elements_of_a_chunk_together_but_not_their_outcomes) {
  ProcessPoolExecutor executor(2);
  const auto pids = executor.map({.chunksize = 10}, own_pid, numbers(40));
  std::vector<int> all;
  auto results = executor.map({.chunksize = 10}, own_pid, numbers(40));
  for (const int pid : results) all.push_back(pid);
  ASSERT_EQ(all.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(all[i], all[i / 10 * 10]) << i;
  int failures = 0;
  auto squares = executor.map({.chunksize = 4}, square_unless_three, numbers(8));
  for (auto it = squares.begin(); it != squares.end(); ++it) {
    try {
      (void)*it;
    } catch (const std::out_of_range&) {
      ++failures;
    }
  }
  EXPECT_EQ(failures, 1);
}

// What throws while it crosses.
struct Touchy {
  int where = 0;  // 1: throws when it is written, 2: when it is read, in a worker; 3: in the parent
  int parent = 0;

  void save(Writer& writer) const {
    if (where == 1) throw std::out_of_range("not to be written");
    if (where == 4 && getpid() != parent) throw std::out_of_range("not to be written back");
    writer(where, parent);
  }
  void load(Reader& reader) {
    reader(where, parent);
    if (where == 2 && getpid() != parent) throw std::out_of_range("not to be read");
    if (where == 3 && getpid() == parent) throw std::out_of_range("not to be read back");
  }
};

Touchy bring_back(Touchy touchy) { return touchy; }

// conformance: 116, 118, 125, 126, 156
// behaviour: 59, 60
TEST(ProcessPool, fails_only_the_future_whose_argument_or_result_cannot_cross) {
  ProcessPoolExecutor executor(1);
  const std::vector<std::string> texts{"", "not to be written", "not to be read",
                                       "not to be read back", "not to be written back"};
  for (int where = 1; where <= 4; ++where) {
    const auto future = executor.submit(bring_back, Touchy{where, getpid()});
    future.wait();
    EXPECT_EQ(check_failed<std::out_of_range>(future), texts[static_cast<std::size_t>(where)]);
    EXPECT_EQ(executor.submit(add, where, 1).result(), where + 1);
  }
  EXPECT_EQ(executor.stats().died, 0U);
}

std::vector<char> reversed(std::vector<char> bytes) { return {bytes.rbegin(), bytes.rend()}; }
std::size_t size_of(const std::vector<char>& bytes) { return bytes.size(); }

// conformance: 130, 172
TEST(ProcessPool, carries_payloads_of_any_size_both_ways) {
  ProcessPoolExecutor executor(2);
  const std::size_t biggest = sanitized ? std::size_t{8} << 20 : std::size_t{100} << 20;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{32'000},
                                 std::size_t{33'000}, std::size_t{70'000}, biggest}) {
    std::vector<char> bytes(size, 'x');
    if (size > 0) bytes[0] = 'a';
    std::vector<Future<std::vector<char>>> futures;
    for (int i = 0; i < 3; ++i) futures.push_back(executor.submit(reversed, bytes));
    std::reverse(bytes.begin(), bytes.end());
    for (const auto& future : futures) EXPECT_TRUE(future.result() == bytes) << size;
  }
  EXPECT_EQ(executor.submit(size_of, std::vector<char>(biggest)).result(), biggest);
}

TEST(ProcessPool, carries_many_calls_of_middling_size_at_once) {
  ProcessPoolExecutor executor(2);
  const std::vector<char> bytes(20'000, 'x');
  std::vector<Future<std::vector<char>>> futures;
  for (int i = 0; i < 500; ++i) futures.push_back(executor.submit(reversed, bytes));
  for (const auto& future : futures) EXPECT_TRUE(future.result() == bytes);
}

int sum_in_nested_pool(int n) {
  ProcessPoolExecutor executor(2);
  int sum = 0;
  for (const int value : executor.map(square, numbers(n))) sum += value;
  return sum;
}

// conformance: 65, 165, 188
TEST(ProcessPool, may_be_made_inside_of_a_task_of_another) {
  ProcessPoolExecutor executor(2);
  for (const int sum : executor.map(sum_in_nested_pool, std::vector{3, 4})) {
    EXPECT_TRUE(sum == 5 || sum == 14);
  }
}

// conformance: 168
TEST(ProcessPool, takes_submits_from_callbacks_in_long_chains) {
  ProcessPoolExecutor executor(2);
  struct Chain {
    ProcessPoolExecutor& executor;
    std::promise<int> end{};
    void link(int n) {
      executor.submit(square, n).add_done_callback([this, n](const Future<int>& future) {
        if (n == 100) {
          end.set_value(future.result());
        } else {
          link(n + 1);
        }
      });
    }
  };
  Chain chain{executor};
  auto end = chain.end.get_future();
  chain.link(0);
  EXPECT_EQ(end.get(), 10'000);
}

TEST(ProcessPool, lets_a_callback_wait_for_another_call) {
  ProcessPoolExecutor executor(1);
  Door door;
  const auto standing = occupy(executor, door, 1);
  std::promise<int> sum;
  standing[0].add_done_callback(
      [&](const Future<int>&) { sum.set_value(executor.submit(add, 20, 22).result()); });
  door.open();
  EXPECT_EQ(sum.get_future().get(), 42);
}

std::string stop_kindly(std::stop_token token, const std::string& door) {
  stand_at(door, 0);
  while (!token.stop_requested()) std::this_thread::yield();
  return "stopped, tidied up";
}

// conformance: 201
// behaviour: 15
TEST(ProcessPool, brings_a_request_to_stop_to_the_running_task) {
  ProcessPoolExecutor executor(1);
  Door door;
  const auto future = executor.submit(stop_kindly, door.path());
  door.await();
  door.open();
  EXPECT_FALSE(future.cancel());
  EXPECT_TRUE(future.request_stop());
  EXPECT_FALSE(future.request_stop());
  EXPECT_EQ(future.result(), "stopped, tidied up");
}

struct Recorder : Observer {
  void on_event(const TaskEvent& event) noexcept override {
    const std::lock_guard lock(mutex);
    steps[std::string(event.name)].push_back(event.kind);
  }
  std::mutex mutex;
  std::map<std::string, std::vector<TaskEvent::Kind>> steps;
};

// conformance: 211
TEST(ProcessPool, tells_its_observer_each_step) {
  using enum TaskEvent::Kind;
  Recorder recorder;
  {
    ProcessPoolExecutor executor({.max_workers = 1, .observer = &recorder});
    Door door;
    const auto standing = executor.submit({.name = "standing"}, stand_at, door.path(), 1);
    door.await();
    const auto cancelled = executor.submit({.name = "cancelled"}, add, 1, 2);
    EXPECT_TRUE(cancelled.cancel());
    const auto failed = executor.submit({.name = "failed"}, fail, "reason");
    door.open();
    failed.wait();
    EXPECT_NE(failed.exception(), nullptr);
  }
  EXPECT_EQ(recorder.steps["standing"], (std::vector{submitted, started, finished}));
  EXPECT_EQ(recorder.steps["cancelled"], (std::vector{submitted, TaskEvent::Kind::cancelled}));
  EXPECT_EQ(recorder.steps["failed"], (std::vector{submitted, started, TaskEvent::Kind::failed}));
}

int noisy(int lines) {
  for (int i = 0; i < lines; ++i) std::fputs("a line on standard output\n", stdout);
  std::fflush(stdout);
  return std::fgetc(stdin) == EOF ? lines : -1;
}

int without_standard_streams(int value) {
  for (int number = 0; number < 3; ++number) close(number);
  return value;
}

// behaviour: 69
// faults: a task reads stdin, prints a megabyte, closes 0 to 2
TEST(ProcessPool, keeps_its_messages_apart_from_the_standard_streams) {
  ProcessPoolExecutor executor(1);
  testing::internal::CaptureStdout();
  const int lines = executor.submit(noisy, 40'000).result();
  const std::string output = testing::internal::GetCapturedStdout();
  EXPECT_EQ(lines, 40'000);
  EXPECT_EQ(output.size(), 40'000U * 26);
  EXPECT_EQ(executor.submit(without_standard_streams, 7).result(), 7);
  EXPECT_EQ(executor.submit(add, 1, 2).result(), 3);
}

}  // namespace
}  // namespace fanout::test
