// SPDX-License-Identifier: MIT
// Tasks that hang, and how they are ended: by their time limit, or with all the others.
#include <chrono>
#include <csignal>
#include <stop_token>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

[[noreturn]] void hang() {
  for (;;) pause();
}

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

void report_and_hang(const std::string& reports) {
  report(reports, getpid());
  hang();
}

void report_and_hang_deaf(const std::string& reports) {
  block_all_signals();
  std::signal(SIGTERM, SIG_IGN);
  report_and_hang(reports);
}

// A child of the worker, which hangs as well.
void report_a_child_and_hang(const std::string& reports) {
  const pid_t child = fork();
  if (child == 0) {
    hang();
  }
  report(reports, child);
  hang();
}

int obey(std::stop_token token) {
  while (!token.stop_requested()) usleep(200);
  return 1;
}

class Ending : public Fault {};
FANOUT_FAULTS(Ending);

TEST_P(Ending, by_a_time_limit_fails_the_task_and_replaces_its_worker) {
  ProcessPoolExecutor executor(with(1));
  Reports reports;
  for (int round = 0; round < rounds(); ++round) {
    const auto hanging =
        executor.submit({.name = "slow", .timeout = 20ms}, report_and_hang, reports.path());
    const pid_t worker = reports.next();
    hanging.wait();
    const auto text = check_failed<TaskTimeoutError>(hanging);
    EXPECT_TRUE(holds(text, "slow ran longer than its limit of 0.02 s"));
    EXPECT_NE(executor.submit(own_pid).result(), worker);
    EXPECT_TRUE(until_gone(worker));
  }
}

TEST_P(Ending, by_a_time_limit_reaches_a_task_that_blocks_all_signals) {
  ProcessPoolExecutor executor(with(1));
  Reports reports;
  for (int round = 0; round < rounds(10); ++round) {  // each takes the 1.1 s of patience
    const auto hanging = executor.submit({.timeout = 20ms}, report_and_hang_deaf, reports.path());
    const pid_t worker = reports.next();
    hanging.wait();
    check_failed<TaskTimeoutError>(hanging);  // at once, long before the process is gone
    EXPECT_EQ(executor.submit(square, 3).result(), 9);
    EXPECT_TRUE(until_gone(worker));
  }
}

TEST_P(Ending, by_a_time_limit_takes_along_what_the_task_has_started) {
  ProcessPoolExecutor executor(with(1));
  Reports reports;
  for (int round = 0; round < rounds(); ++round) {
    const auto hanging =
        executor.submit({.timeout = 20ms}, report_a_child_and_hang, reports.path());
    const pid_t child = reports.next();
    hanging.wait();
    check_failed<TaskTimeoutError>(hanging);
    EXPECT_TRUE(until_gone(child));
    reap_orphan(child);
  }
}

TEST_P(Ending, by_a_time_limit_asks_the_stop_token_first) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const auto obedient = executor.submit({.timeout = 20ms}, obey);
    obedient.wait();
    check_failed<TaskTimeoutError>(obedient);
    EXPECT_EQ(executor.submit(square, 3).result(), 9);
  }
  EXPECT_EQ(executor.stats().died, 0U);
}

TEST_P(Ending, by_a_time_limit_spares_tasks_that_wait_behind) {
  ProcessPoolExecutor executor(with(1));
  Reports reports;
  for (int round = 0; round < rounds(); ++round) {
    const auto hanging = executor.submit({.timeout = 20ms}, report_and_hang, reports.path());
    std::vector<Future<int>> behind;
    for (int i = 0; i < 50; ++i) behind.push_back(executor.submit({.timeout = 10s}, square, i));
    for (int i = 0; i < 50; ++i) EXPECT_EQ(behind[static_cast<std::size_t>(i)].result(), i * i);
    check_failed<TaskTimeoutError>(hanging);
    (void)reports.next();
  }
}

TEST_P(Ending, by_a_time_limit_fails_that_one_of_many_only) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const auto hang_at_three = +[](int n) {
      if (n == 3) hang();
      return n * n;
    };
    std::vector<Future<int>> futures;
    for (int i = 0; i < 8; ++i)
      futures.push_back(executor.submit({.timeout = 50ms}, hang_at_three, i));
    for (int i = 0; i < 8; ++i) {
      const auto& future = futures[static_cast<std::size_t>(i)];
      future.wait();
      if (i == 3) {
        check_failed<TaskTimeoutError>(future);
      } else {
        EXPECT_EQ(future.result(), i * i);
      }
    }
  }
}

void check_all_ended(std::vector<Future<void>>& tasks, const std::vector<pid_t>& workers) {
  for (const auto& task : tasks) {
    task.wait();
    EXPECT_TRUE(holds(check_failed<BrokenProcessPool>(task), "forcefully shut down"));
  }
  for (const pid_t worker : workers) EXPECT_TRUE(until_gone(worker));
}

// conformance: 105, 109, 112, 115, 165, 166
// behaviour: 68
TEST_P(Ending, by_kill_workers_takes_less_than_five_seconds_even_of_the_deaf) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(2));
    Reports reports;
    std::vector<Future<void>> tasks;
    for (int i = 0; i < 2; ++i)
      tasks.push_back(executor.submit(report_and_hang_deaf, reports.path()));
    const std::vector<pid_t> workers{reports.next(), reports.next()};
    for (int i = 0; i < 10; ++i)
      tasks.push_back(executor.submit(report_and_hang_deaf, reports.path()));
    const auto start = Clock::now();
    executor.kill_workers();
    executor.shutdown();
    EXPECT_LT(Clock::now() - start, 5s);
    check_all_ended(tasks, workers);
    thrown<ShutdownError>([&] { (void)executor.submit(square, 1); });
  }
}

// conformance: 110, 112, 115
// behaviour: 68
TEST_P(Ending, by_terminate_workers_kills_the_deaf_a_second_later) {
  for (int round = 0; round < rounds(10); ++round) {  // each takes that second
    ProcessPoolExecutor executor(with(2));
    Reports reports;
    std::vector<Future<void>> tasks;
    tasks.push_back(executor.submit(report_and_hang_deaf, reports.path()));
    tasks.push_back(executor.submit(report_and_hang, reports.path()));
    const std::vector<pid_t> workers{reports.next(), reports.next()};
    const auto start = Clock::now();
    executor.terminate_workers();
    executor.shutdown();
    EXPECT_LT(Clock::now() - start, 5s);
    check_all_ended(tasks, workers);
  }
}

// conformance: 165
TEST_P(Ending, by_kill_workers_takes_along_what_tasks_have_started) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(2));
    Reports reports;
    std::vector<Future<void>> tasks;
    for (int i = 0; i < 2; ++i)
      tasks.push_back(executor.submit(report_a_child_and_hang, reports.path()));
    const std::vector<pid_t> children{reports.next(), reports.next()};
    executor.kill_workers();
    executor.shutdown();
    check_all_ended(tasks, children);
    for (const pid_t child : children) reap_orphan(child);
  }
}

// conformance: 113, 114
TEST_P(Ending, of_workers_is_harmless_before_the_first_and_on_a_broken_pool) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor fresh(with(2));
    fresh.kill_workers();
    fresh.terminate_workers();
    thrown<ShutdownError>([&] { (void)fresh.submit(square, 1); });
    ProcessPoolOptions options = with(1);
    options.on_worker_death = OnWorkerDeath::break_pool;
    ProcessPoolExecutor broken(options);
    check_failed<BrokenProcessPool>([&] {
      auto future = broken.submit(+[] { raise(SIGKILL); });
      future.wait();
      return future;
    }());
    broken.kill_workers();
    broken.terminate_workers();
    broken.shutdown();
  }
}

}  // namespace
}  // namespace fanout::test
