// SPDX-License-Identifier: MIT
// The system refuses a thread: the first, the second, ... and all from there on.
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "resources/trial.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

// conformance: 202, 203
TEST(WithoutThreads, submit_throws_or_the_task_runs) {
  survives_without_threads("submit", [](Trial& trial) {
    ThreadPoolExecutor executor(4);
    for (int i = 0; i < 8; ++i) trial.submit(executor);
  });
}

// The second thread watches the limits.
TEST(WithoutThreads, submit_with_a_limit_throws_or_the_task_runs) {
  survives_without_threads("submit with a limit", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    for (int i = 0; i < 3; ++i) trial.keep(executor.submit({.timeout = 100s}, trial.job()));
  });
}

TEST(WithoutThreads, map_throws_or_works) {
  survives_without_threads("map", [](Trial& trial) {
    ThreadPoolExecutor executor(3);
    std::vector<decltype(trial.job())> jobs;
    for (int i = 0; i < 6; ++i) jobs.push_back(trial.job());
    std::size_t read = 0;
    for (const Witness& witness : executor.map([](const auto& job) { return job(); }, jobs)) {
      (void)witness;
      ++read;
    }
    EXPECT_EQ(read, jobs.size());
  });
}

TEST(WithoutThreads, tasks_that_submit_and_wait_work) {
  survives_without_threads("tasks that submit", [](Trial& trial) {
    ThreadPoolExecutor executor(4);
    trial
        .keep(executor.submit([&] {
          for (int i = 0; i < 4; ++i) trial.submit(executor);
          return trial.submit(executor).result();
        }))
        .wait();
  });
}

TEST(WithoutThreads, a_bounded_pool_loses_no_place) {
  survives_without_threads("a bounded pool", [](Trial& trial) {
    ThreadPoolExecutor executor({.max_workers = 2, .max_pending = 2});
    try {
      for (int i = 0; i < 6; ++i) trial.submit(executor);
    } catch (const std::system_error&) {
    }
    EXPECT_LE(executor.stats().pending, 2U);
    for (int i = 0; i < 6; ++i) trial.submit(executor);
  });
}

TEST(WithoutThreads, shutdown_works) {
  survives_without_threads("shutdown", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    for (int i = 0; i < 3; ++i) trial.submit(executor);
    executor.shutdown({.wait = false, .cancel_futures = true});
    executor.shutdown();
  });
}

}  // namespace
}  // namespace fanout::test
