// SPDX-License-Identifier: MIT
// A worker dies of a signal, of abort() or of an exit: in a task, between two, at either end of one.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <unistd.h>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using Clock = std::chrono::steady_clock;

enum class Way { kill, segfault, abort, quick_exit, exit };

[[noreturn]] void die(Way way) {
  switch (way) {
    case Way::kill:
      raise(SIGKILL);
      break;
    case Way::segfault:
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would exit
      raise(SIGSEGV);
      break;
    case Way::abort:
      std::abort();
    case Way::quick_exit:
      _exit(99);
    case Way::exit:
      break;
  }
  std::exit(98);
}

void die_in_a_task(Way way, int) { die(way); }

void check_death(const WorkerDied& death, Way way) {
  EXPECT_GT(death.pid(), 0);
  const std::string text = death.what();
  EXPECT_TRUE(holds(text, std::to_string(death.pid())));
  switch (way) {
    case Way::kill:
      EXPECT_EQ(death.signal(), SIGKILL);
      EXPECT_TRUE(holds(text, "SIGKILL (often out of memory)"));
      break;
    case Way::segfault:
      EXPECT_EQ(death.signal(), SIGSEGV);
      EXPECT_TRUE(holds(text, "SIGSEGV"));
      break;
    case Way::abort:
      EXPECT_EQ(death.signal(), SIGABRT);
      EXPECT_TRUE(holds(text, "SIGABRT"));
      break;
    case Way::quick_exit:
      EXPECT_EQ(death.exit_code(), 99);
      EXPECT_TRUE(holds(text, "terminated abruptly with exit code 99"));
      break;
    case Way::exit:
      EXPECT_EQ(death.exit_code(), 98);
      EXPECT_TRUE(holds(text, "terminated abruptly with exit code 98"));
      break;
  }
}

class Death : public Fault {};
FANOUT_FAULTS(Death);

// conformance: 95, 120, 121, 174
// behaviour: 62, 64
TEST_P(Death, in_a_task_fails_only_that_task_with_how_it_came) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) {
    for (const Way way : {Way::kill, Way::segfault, Way::abort, Way::quick_exit, Way::exit}) {
      const auto before = executor.submit(square, round);
      const auto dying = executor.submit({.name = "the dying one"}, die_in_a_task, way, 0);
      const auto after = executor.submit(square, round + 1);
      const auto death = error_of<WorkerDied>(dying);
      check_death(death, way);
      EXPECT_EQ(death.task(), "the dying one");
      EXPECT_EQ(before.result(), round * round);
      EXPECT_EQ(after.result(), (round + 1) * (round + 1));
    }
  }
  EXPECT_EQ(executor.stats().died, static_cast<std::uint64_t>(5 * rounds()));
}

TEST_P(Death, from_outside_in_the_midst_of_a_task_is_seen_at_once) {
  ProcessPoolExecutor executor(with(1));
  Reports reports;
  Door door;
  std::vector<Clock::duration> delays;
  for (int round = 0; round < rounds(); ++round) {
    const auto standing = executor.submit(report_and_stand, reports.path(), door.path());
    const pid_t worker = reports.next();
    door.await();
    const auto killed = Clock::now();
    ASSERT_EQ(kill(worker, SIGKILL), 0);
    standing.wait();
    delays.push_back(Clock::now() - killed);
    EXPECT_EQ(error_of<WorkerDied>(standing).pid(), worker);
    EXPECT_EQ(error_of<WorkerDied>(standing).signal(), SIGKILL);
  }
  // The median: the machine may be busy, but the pool does not wait for anything.
  const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
  std::nth_element(delays.begin(), middle, delays.end());
  EXPECT_LT(*middle, std::chrono::milliseconds(sanitized ? 500 : 100));
}

// behaviour: 63
TEST_P(Death, between_two_tasks_fails_nothing) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const pid_t worker = executor.submit(own_pid).result();
    ASSERT_EQ(kill(worker, SIGKILL), 0);
    // Some of them are sent to a worker that is dead already, and are sent again to the next one.
    EXPECT_EQ(executor.submit(square, round).result(), round * round);
    EXPECT_NE(executor.submit(own_pid).result(), worker);
  }
}

// behaviour: 63
TEST_P(Death, leaves_tasks_that_were_sent_ahead_to_the_next_worker) {
  ProcessPoolExecutor executor(with(1));
  Reports reports;
  Door door;
  for (int round = 0; round < rounds(); ++round) {
    const auto standing = executor.submit(report_and_stand, reports.path(), door.path());
    const pid_t worker = reports.next();
    door.await();
    std::vector<Future<int>> queued;
    for (int i = 0; i < 100; ++i) queued.push_back(executor.submit(square, i));
    ASSERT_EQ(kill(worker, SIGKILL), 0);
    EXPECT_EQ(error_of<WorkerDied>(standing).pid(), worker);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(queued[static_cast<std::size_t>(i)].result(), i * i);
  }
}

int die_loudly() {
  for (int line = 0; line < 1000; ++line) std::fprintf(stderr, "line %d\n", line);
  raise(SIGKILL);
  return 0;
}

// conformance: 193
TEST_P(Death, brings_the_last_lines_of_stderr) {
  ProcessPoolExecutor executor(with(1));
  ::testing::internal::CaptureStderr();
  for (int round = 0; round < rounds(); ++round) {
    const auto death = error_of<WorkerDied>(executor.submit(die_loudly));
    EXPECT_TRUE(holds(death.last_lines(), "line 990\n"));
    EXPECT_TRUE(holds(death.last_lines(), "line 999\n"));
    EXPECT_FALSE(holds(death.last_lines(), "line 900\n"));
    EXPECT_TRUE(holds(death.what(), "line 999"));
  }
  EXPECT_TRUE(holds(::testing::internal::GetCapturedStderr(), "line 500\n"));  // it was passed on
}

// conformance: 91, 92
// behaviour: 62
TEST_P(Death, breaks_a_pool_that_is_to_break) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolOptions options = with(2);
    options.on_worker_death = OnWorkerDeath::break_pool;
    ProcessPoolExecutor executor(options);
    const auto done = executor.submit(square, 5);
    EXPECT_EQ(done.result(), 25);
    Reports reports;
    Door door;
    std::vector<Future<int>> futures;
    for (int i = 0; i < 2; ++i) {
      futures.push_back(executor.submit(report_and_stand, reports.path(), door.path()));
    }
    const pid_t victim = reports.next();
    door.await(2);
    for (int i = 0; i < 20; ++i) futures.push_back(executor.submit(square, i));
    Future<int> cancelled = executor.submit(square, 1);
    ASSERT_TRUE(cancelled.cancel());
    ASSERT_EQ(kill(victim, SIGKILL), 0);
    for (const auto& future : futures) {
      EXPECT_TRUE(holds(error_of<BrokenProcessPool>(future).what(), std::to_string(victim)));
    }
    EXPECT_NE(futures[2].exception(), futures[3].exception());  // one object each
    EXPECT_EQ(done.result(), 25);
    check_cancelled(cancelled);
    const auto text = thrown<BrokenProcessPool>([&] { (void)executor.submit(square, 1); });
    EXPECT_TRUE(holds(text, std::to_string(victim)));
  }
}

// conformance: 128, 164
TEST_P(Death, after_shutdown_has_begun_does_not_hang_it) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    Reports reports;
    Door door;
    const auto standing = executor.submit(report_and_stand, reports.path(), door.path());
    const auto queued = executor.submit(square, 6);
    const pid_t worker = reports.next();
    door.await();
    executor.shutdown({.wait = false});
    ASSERT_EQ(kill(worker, SIGKILL), 0);
    executor.shutdown();
    check_failed<WorkerDied>(standing);
    EXPECT_EQ(queued.result(), 36);
  }
}

}  // namespace
}  // namespace fanout::test
