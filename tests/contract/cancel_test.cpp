// SPDX-License-Identifier: MIT
// Cancelling: one step, seen at once by every kind of waiter; and asking a running task to stop.
#include <atomic>
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

// conformance: 11
// behaviour: 10
EXECUTOR_TEST(Cancel, of_a_pending_task_returns_true_and_of_a_running_one_false) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const Future<int> pending = executor->submit(add, 1, 2);
  check_pending(pending);
  EXPECT_TRUE(pending.cancel());
  check_cancelled(pending);
  EXPECT_TRUE(pending.cancel());

  check_running(standing[0]);
  EXPECT_FALSE(standing[0].cancel());
  check_running(standing[0]);
  door.open();
  EXPECT_EQ(standing[0].result(), 0);
  EXPECT_FALSE(standing[0].cancel());
  check_finished(standing[0]);
  EXPECT_EQ(executor->submit(add, 2, 2).result(), 4);  // the pool goes on
}

// behaviour: 12
EXECUTOR_TEST(Cancel, is_seen_by_wait_and_as_completed_while_the_worker_is_still_busy) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const std::vector<Future<int>> futures{executor->submit(add, 1, 2), executor->submit(add, 3, 4)};
  for (const auto& future : futures) {
    EXPECT_TRUE(future.cancel());
  }
  const auto [done, not_done] = wait(futures, 0s);
  EXPECT_EQ(done, futures);
  EXPECT_TRUE(not_done.empty());
  int seen = 0;
  for (const auto& future : as_completed(futures, 0s)) {
    EXPECT_TRUE(future.cancelled());
    ++seen;
  }
  EXPECT_EQ(seen, 2);
  check_running(standing[0]);
  door.open();
}

// behaviour: 12
EXECUTOR_TEST(Cancel, wakes_threads_blocked_in_wait_and_as_completed) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const std::vector<Future<int>> futures{executor->submit(add, 1, 2)};
  Caller in_wait([&] { EXPECT_EQ(wait(futures).done.size(), 1U); });
  Caller in_as_completed([&] {
    for (const auto& future : as_completed(futures)) {
      EXPECT_TRUE(future.cancelled());
    }
  });
  ASSERT_TRUE(in_wait.until_blocked());
  ASSERT_TRUE(in_as_completed.until_blocked());
  EXPECT_TRUE(futures[0].cancel());
  in_wait.join();
  in_as_completed.join();
  door.open();
}

// conformance: 146
EXECUTOR_TEST(Cancel, of_one_far_back_among_a_hundred_leaves_the_others_alone) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 100; ++i) {
    futures.push_back(executor->submit(square, i));
  }
  EXPECT_TRUE(futures[90].cancel());
  door.open();
  for (std::size_t i = 0; i < futures.size(); ++i) {
    if (i == 90) {
      check_cancelled(futures[i]);
    } else {
      EXPECT_EQ(futures[i].result(), static_cast<int>(i * i));
    }
  }
}

// behaviour: 11
IN_PROCESS_TEST(CancelInProcess, means_that_the_callable_is_never_entered) {
  std::atomic<int> entered = 0;
  {
    const auto executor = TypeParam::make(1);
    Door door;
    const auto standing = occupy(*executor, door, 1);
    std::vector<Future<void>> futures;
    for (int i = 0; i < 50; ++i) {
      futures.push_back(executor->submit([&] { ++entered; }));
    }
    for (std::size_t i = 0; i < futures.size(); i += 2) {
      EXPECT_TRUE(futures[i].cancel());
    }
    door.open();
  }
  EXPECT_EQ(entered, 25);
}

// behaviour: 13
IN_PROCESS_TEST(CancelInProcess, destroys_callable_and_arguments_at_once_on_the_cancelling_thread) {
  struct Tracker {
    std::thread::id* destroyed_on;
    ~Tracker() { *destroyed_on = std::this_thread::get_id(); }
  };
  std::thread::id of_capture, of_argument;
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  auto capture = std::make_shared<Tracker>(&of_capture);
  auto argument = std::make_shared<Tracker>(&of_argument);
  const auto future = executor->submit(
      [capture = std::move(capture)](const std::shared_ptr<Tracker>&) {}, std::move(argument));
  EXPECT_TRUE(future.cancel());
  EXPECT_EQ(of_capture, std::this_thread::get_id());
  EXPECT_EQ(of_argument, std::this_thread::get_id());
  door.open();
}

// Futures share a small table of locks, so among so many there are some that share this one's.
// behaviour: 13
IN_PROCESS_TEST(CancelInProcess, holds_no_lock_while_it_destroys_the_callable) {
  const auto executor = TypeParam::make(1);
  Future<int> submitted_by_destructor;
  std::vector<Promise<int>> others(1000);
  {
    struct Submits {
      typename TypeParam::Executor* executor;
      Future<int>* submitted;
      std::vector<Promise<int>>* others;
      ~Submits() {
        *submitted = executor->submit(add, 1, 1);
        for (auto& other : *others) {
          EXPECT_TRUE(other.get_future().cancel());
        }
      }
    };
    Door door;
    const auto standing = occupy(*executor, door, 1);
    auto guard = std::make_unique<Submits>(executor.get(), &submitted_by_destructor, &others);
    const auto future = executor->submit([guard = std::move(guard)] {});
    EXPECT_TRUE(future.cancel());
    door.open();
  }
  EXPECT_EQ(submitted_by_destructor.result(), 2);
  for (auto& other : others) check_cancelled(other.get_future());
}

// conformance: 201
// behaviour: 15
IN_PROCESS_TEST(CancelInProcess, request_stop_asks_a_running_task_and_leaves_its_outcome_to_it) {
  const auto executor = TypeParam::make(1);
  Gate entered;
  const auto future = executor->submit([&](std::stop_token token) {
    entered.open();
    Gate stopped;
    const std::stop_callback on_stop(token, [&] { stopped.open(); });
    stopped.pass();
    return std::string("stopped, tidied up");
  });
  entered.pass();
  EXPECT_FALSE(future.cancel());
  check_running(future);
  EXPECT_TRUE(future.request_stop());
  EXPECT_EQ(future.result(), "stopped, tidied up");
  check_finished(future);
}

// behaviour: 15
IN_PROCESS_TEST(CancelInProcess, request_stop_of_a_task_that_takes_no_token_returns_false) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  EXPECT_FALSE(standing[0].request_stop());
  check_running(standing[0]);
  door.open();
  EXPECT_EQ(standing[0].result(), 0);
}

// behaviour: 15
IN_PROCESS_TEST(CancelInProcess, request_stop_before_the_start_reaches_the_task_which_still_runs) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const auto future =
      executor->submit([](std::stop_token token) { return token.stop_requested(); });
  EXPECT_TRUE(future.request_stop());
  check_pending(future);
  door.open();
  EXPECT_TRUE(future.result());
}

// A task is run or cancelled, never both and never neither.
// behaviour: 11
IN_PROCESS_TEST(CancelInProcess, racing_with_the_worker_has_exactly_one_winner) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 2000; ++round) {
    std::atomic<int> ran = 0;
    const auto future = executor->submit([&] { ++ran; });
    const bool cancelled = future.cancel();
    future.wait();
    EXPECT_EQ(future.cancelled(), cancelled);
    EXPECT_EQ(ran, cancelled ? 0 : 1);
  }
}

}  // namespace
}  // namespace fanout::test
