// SPDX-License-Identifier: MIT
// TaskOptions::timeout: a limit for the run of one task.
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

EXECUTOR_TEST(TimeLimit, that_is_not_reached_changes_nothing) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(executor->submit({.timeout = 60s}, add, 1, 2).result(), 3);
  EXPECT_EQ(executor->submit({.timeout = std::chrono::duration<double>::max()}, add, 1, 2).result(),
            3);
  const Future<int> bad = executor->submit({.timeout = 60s}, fail, std::string("own failure"));
  bad.wait();
  EXPECT_EQ(check_failed<std::runtime_error>(bad), "own failure");
}

// behaviour: 6
EXECUTOR_TEST(TimeLimit, that_is_overrun_fails_the_future_at_once) {
  const auto executor = TypeParam::make(1);
  Door door;
  const Future<int> future =
      executor->submit({.name = "slow", .timeout = 5ms}, stand_at, door.path(), 1);
  door.await();
  future.wait();  // though nobody has let the task out
  const std::string text = check_failed<TaskTimeoutError>(future);
  EXPECT_TRUE(holds(text, "slow"));
  EXPECT_FALSE(is_a<TimeoutError>(future.exception()));
  EXPECT_FALSE(future.cancel());
  door.open();
  EXPECT_EQ(executor->submit(add, 1, 1).result(), 2);
}

EXECUTOR_TEST(TimeLimit, counts_from_the_start_of_the_task_and_not_from_submit) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const Future<int> future = executor->submit({.timeout = 200ms}, add, 1, 1);
  const auto past = std::chrono::steady_clock::now() + 250ms;
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > past; }));
  check_pending(future);
  door.open();
  EXPECT_EQ(future.result(), 2);
}

EXECUTOR_TEST(TimeLimit, of_zero_or_less_is_reached_by_a_task_that_goes_on) {
  const auto executor = TypeParam::make(1);
  for (const auto limit : {0ms, -5ms}) {
    try {
      Door door;
      const Future<int> future = executor->submit({.timeout = limit}, stand_at, door.path(), 1);
      future.wait();
      check_failed<TaskTimeoutError>(future);
    } catch (const std::invalid_argument&) {  // or it is refused as a bad argument
    }
  }
}

EXECUTOR_TEST(TimeLimit, of_many_tasks_each_has_its_own) {
  const auto executor = TypeParam::make(4);
  Door door;
  std::vector<Future<int>> slow, quick;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(executor->submit({.timeout = std::chrono::milliseconds(20 - 5 * i)}, stand_at,
                                    door.path(), i));
  }
  for (int i = 0; i < 20; ++i) {
    quick.push_back(executor->submit({.timeout = 1h}, square, i));
  }
  for (const auto& future : slow) {
    future.wait();
    check_failed<TaskTimeoutError>(future);
  }
  door.open(3);
  for (std::size_t i = 0; i < quick.size(); ++i) {
    EXPECT_EQ(quick[i].result(), static_cast<int>(i * i));
  }
}

EXECUTOR_TEST(TimeLimit, of_a_cancelled_task_never_fires) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const Future<int> future = executor->submit({.timeout = 1ms}, add, 1, 1);
  EXPECT_TRUE(future.cancel());
  door.open();
  executor->shutdown();
  check_cancelled(future);
}

IN_PROCESS_TEST(TimeLimitInProcess, asks_the_stop_token_of_the_task) {
  Gate stopped;  // the task may still look at it when its future has failed
  const auto executor = TypeParam::make(1);
  const auto future = executor->submit({.timeout = 5ms}, [&](std::stop_token token) {
    const std::stop_callback on_stop(token, [&] { stopped.open(); });
    stopped.pass();  // ends only because it is asked
    return 1;
  });
  future.wait();
  check_failed<TaskTimeoutError>(future);
  stopped.pass();
}

IN_PROCESS_TEST(TimeLimitInProcess, overrun_is_counted_until_the_task_returns) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto future = executor->submit({.timeout = 5ms}, stand_at, door.path(), 1);
  const auto next = executor->submit(add, 1, 1);
  future.wait();
  EXPECT_TRUE(eventually([&] { return executor->stats().overrun == 1; }));
  EXPECT_EQ(executor->stats().workers, 1);
  check_pending(next);  // the thread cannot be had before the task returns
  door.open();
  EXPECT_EQ(next.result(), 2);
  EXPECT_TRUE(eventually([&] { return executor->stats().overrun == 0; }));
  check_failed<TaskTimeoutError>(future);  // what the task returned came too late
}

IN_PROCESS_TEST(TimeLimitInProcess, runs_callbacks_and_wakes_waiters_once) {
  const auto executor = TypeParam::make(1);
  Door door;
  std::atomic<int> calls = 0;
  const auto future = executor->submit({.timeout = 5ms}, stand_at, door.path(), 1);
  future.add_done_callback([&](Future<int> done) {
    ++calls;
    check_failed<TaskTimeoutError>(done);
  });
  for (auto done : as_completed({future})) {
    EXPECT_EQ(done, future);
  }
  door.open();
  executor->shutdown();
  EXPECT_EQ(calls, 1);
}

// What the task returns late, or throws late, disappears with what it captured.
IN_PROCESS_TEST(TimeLimitInProcess, overrun_destroys_what_the_task_brought_too_late) {
  const auto executor = TypeParam::make(1);
  const auto token = std::make_shared<int>(1);
  Gate gate;
  auto future = executor->submit({.timeout = 5ms}, [&gate, token] {
    gate.pass();
    return token;
  });
  future.wait();
  check_failed<TaskTimeoutError>(future);
  gate.open();
  executor->shutdown();
  EXPECT_EQ(token.use_count(), 1);
  check_failed<TaskTimeoutError>(future);
}

// The end of the task and the end of its time race; exactly one of them is the outcome.
IN_PROCESS_TEST(TimeLimitInProcess, racing_with_the_end_of_the_task_has_one_outcome) {
  const auto executor = TypeParam::make(2);
  for (int round = 0; round < 200; ++round) {
    const auto future = executor->submit({.timeout = 500us}, [round] {
      const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(400 + round);
      while (std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
      }
      return round;
    });
    if (const auto error = future.exception()) {
      EXPECT_TRUE(is_a<TaskTimeoutError>(error));
    } else {
      EXPECT_EQ(future.result(), round);
    }
  }
}

// A task that waits for another one is stopped by its limit from outside, not by that wait.
IN_PROCESS_TEST(TimeLimitInProcess, holds_for_a_task_that_is_run_by_its_waiter) {
  const auto executor = TypeParam::make(1);
  Gate gate;
  const auto outer = executor->submit([&] {
    const auto inner = executor->submit({.timeout = 5ms}, [&](std::stop_token token) {
      const std::stop_callback on_stop(token, [&] { gate.open(); });
      gate.pass();
    });
    inner.wait();
    check_failed<TaskTimeoutError>(inner);
    return 1;
  });
  EXPECT_EQ(outer.result(), 1);
}

}  // namespace
}  // namespace fanout::test
