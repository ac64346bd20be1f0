// SPDX-License-Identifier: MIT
// Workers that die, hang or are killed: what their pool promises then.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
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
int end_by_signal(int signal) {
  std::signal(signal, SIG_DFL);
  raise(signal);
  return 0;
}
int end_by_exit(int code) { _exit(code); }
int end_politely(int code) { std::exit(code); }
int end_with_last_words(int) {
  std::fputs("first words\nlast words\n", stderr);
  std::abort();
}
int sleep_for_ever(int) {
  for (;;) pause();
}
int sleep_stubbornly(int) {
  std::signal(SIGTERM, SIG_IGN);
  for (;;) pause();
}

template <class Kind>
class WorkerDeath : public ::testing::Test {
 protected:
  static ProcessPoolOptions options(int workers) {
    return {.max_workers = workers, .start_method = Kind::value};
  }
};
using Methods = ::testing::Types<std::integral_constant<StartMethod, StartMethod::spawn>,
                                 std::integral_constant<StartMethod, StartMethod::forkserver>>;
TYPED_TEST_SUITE(WorkerDeath, Methods);

// conformance: 91, 95, 120, 174
// behaviour: 62
TYPED_TEST(WorkerDeath, by_a_signal_fails_the_task_that_ran_and_no_other) {
  ProcessPoolExecutor executor(this->options(2));
  for (const int signal : {SIGKILL, SIGTERM, SIGUSR1}) {
    const auto dead = executor.submit({.name = "suicide"}, end_by_signal, signal);
    const auto alive = executor.submit(add, 1, 2);
    try {
      dead.result();
      ADD_FAILURE() << "lived";
    } catch (const WorkerDied& died) {
      EXPECT_EQ(died.signal(), signal);
      EXPECT_EQ(died.exit_code(), -1);
      EXPECT_GT(died.pid(), 0);
      EXPECT_EQ(died.task(), "suicide");
      EXPECT_TRUE(holds(died.what(), signal == SIGKILL ? "SIGKILL (often out of memory)" : "SIG"));
    }
    EXPECT_EQ(alive.result(), 3);
  }
  EXPECT_EQ(executor.stats().died, 3U);
}

// conformance: 95, 121
// behaviour: 64
TYPED_TEST(WorkerDeath, by_exit_tells_the_code) {
  ProcessPoolExecutor executor(this->options(1));
  for (const auto& task : {end_by_exit, end_politely}) {
    const auto dead = executor.submit(task, 99);
    dead.wait();
    EXPECT_TRUE(holds(check_failed<WorkerDied>(dead), "terminated abruptly with exit code 99"));
  }
  EXPECT_EQ(executor.submit(add, 1, 2).result(), 3);
}

// conformance: 193
TYPED_TEST(WorkerDeath, brings_the_last_lines_of_its_stderr) {
  ProcessPoolExecutor executor(this->options(1));
  testing::internal::CaptureStderr();
  const auto dead = executor.submit(end_with_last_words, 0);
  dead.wait();
  const std::string passed_on = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(holds(check_failed<WorkerDied>(dead), "first words\nlast words\n"));
  EXPECT_TRUE(holds(passed_on, "last words"));
}

// behaviour: 62, 63
TYPED_TEST(WorkerDeath, sends_again_what_had_not_been_started) {
  ProcessPoolExecutor executor(this->options(1));
  const int worker = executor.submit(own_pid, 0).result();
  Door door;
  const auto standing = occupy(executor, door, 1);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(executor.submit(square, i));
  kill(worker, SIGKILL);
  standing[0].wait();
  check_failed<WorkerDied>(standing[0]);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i * i);
}

// conformance: 91, 92
TYPED_TEST(WorkerDeath, breaks_the_pool_if_it_is_to) {
  auto options = this->options(2);
  options.on_worker_death = OnWorkerDeath::break_pool;
  ProcessPoolExecutor executor(options);
  Door door;
  const auto standing = occupy(executor, door, 1);
  const auto dead = executor.submit(end_by_exit, 3);
  dead.wait();
  EXPECT_TRUE(holds(check_failed<BrokenProcessPool>(dead), "exit code 3"));
  standing[0].wait();
  check_failed<BrokenProcessPool>(standing[0]);
  EXPECT_TRUE(
      holds(thrown<BrokenProcessPool>([&] { (void)executor.submit(add, 1, 2); }), "exit code 3"));
}

// faults: dies in the initializer, or on its start
TYPED_TEST(WorkerDeath, on_every_start_breaks_the_pool_with_the_cause) {
  auto options = this->options(2);
  options.initializer = [] { _exit(5); };
  ProcessPoolExecutor executor(options);
  const auto future = executor.submit(add, 1, 2);
  future.wait();
  EXPECT_TRUE(holds(check_failed<BrokenProcessPool>(future), "exit code 5"));
}

// A task that is over its time is ended with its process, whether it obeys or not.
TYPED_TEST(WorkerDeath, is_what_a_time_limit_does_to_a_task_that_sleeps) {
  ProcessPoolExecutor executor(this->options(1));
  for (const auto& task : {sleep_for_ever, sleep_stubbornly}) {
    const auto hanging = executor.submit({.timeout = 50ms}, task, 0);
    const auto next = executor.submit(own_pid, 0);
    hanging.wait();
    check_failed<TaskTimeoutError>(hanging);
    EXPECT_GT(next.result(), 0);  // a new worker at once, although the old one still resists
  }
  EXPECT_EQ(executor.stats().died, 0U);
}

// conformance: 109, 110, 111, 112, 115, 166
// behaviour: 68
TYPED_TEST(WorkerDeath, of_all_workers_on_request_fails_what_is_not_done) {
  for (const bool kindly : {true, false}) {
    const Resources before = Resources::now();
    {
      ProcessPoolExecutor executor(this->options(2));
      Door door;
      const auto standing = occupy(executor, door, 2);
      const auto queued = executor.submit(add, 1, 2);
      kindly ? executor.terminate_workers() : executor.kill_workers();
      for (const auto& future : {standing[0], standing[1], queued}) {
        future.wait();
        EXPECT_TRUE(holds(check_failed<BrokenProcessPool>(future), "forcefully shut down"));
      }
      thrown<ShutdownError>([&] { (void)executor.submit(add, 1, 1); });
      executor.kill_workers();  // once more is nothing
    }
    EXPECT_EQ(left_over_since(before), "");
  }
}

// conformance: 113, 114
TYPED_TEST(WorkerDeath, on_request_before_the_first_worker_is_a_shutdown) {
  ProcessPoolExecutor executor(this->options(2));
  executor.kill_workers();
  executor.terminate_workers();
  thrown<ShutdownError>([&] { (void)executor.submit(add, 1, 1); });
}

int kill_others(const std::string& door, int value) {
  stand_at(door, value);
  kill(getppid(), 0);
  raise(SIGKILL);
  return value;
}

// conformance: 180
TYPED_TEST(WorkerDeath, of_all_of_them_at_once_hangs_nothing) {
  ProcessPoolExecutor executor(this->options(4));
  Door door;
  std::vector<Future<int>> futures;
  for (int i = 0; i < 4; ++i) futures.push_back(executor.submit(kill_others, door.path(), i));
  door.await(4);
  const auto queued = executor.submit(add, 1, 2);
  door.open(4);
  for (const auto& future : futures) {
    future.wait();
    check_failed<WorkerDied>(future);
  }
  EXPECT_EQ(queued.result(), 3);
}

// The host's own business with SIGCHLD does not disturb the pool.
TYPED_TEST(WorkerDeath, is_noticed_although_the_host_ignores_sigchld) {
  auto* const before = std::signal(SIGCHLD, SIG_IGN);
  {
    ProcessPoolExecutor executor(this->options(1));
    const auto dead = executor.submit(end_by_exit, 3);
    dead.wait();
    check_failed<WorkerDied>(dead);
    EXPECT_EQ(executor.submit(add, 1, 2).result(), 3);
  }
  std::signal(SIGCHLD, before);
}

}  // namespace
}  // namespace fanout::test
