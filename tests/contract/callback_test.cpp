// SPDX-License-Identifier: MIT
// Callbacks: when, on which thread, in which order, and what they may do.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

// conformance: 1
// behaviour: 16
TEST(Callback, is_called_once_with_the_very_future_and_sees_the_result) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  int calls = 0;
  future.add_done_callback([&](Future<int> done) {
    ++calls;
    EXPECT_EQ(done, future);
    EXPECT_EQ(done.result(0s), 5);
  });
  EXPECT_TRUE(promise.set_running_or_notify_cancel());
  EXPECT_EQ(calls, 0);
  promise.set_value(5);
  EXPECT_EQ(calls, 1);
}

// conformance: 2
TEST(Callback, sees_the_exception) {
  Promise<int> promise;
  std::string text;
  promise.get_future().add_done_callback(
      [&](Future<int> done) { text = check_failed<std::out_of_range>(done); });
  promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  EXPECT_EQ(text, "far");
}

// conformance: 3
// behaviour: 17
TEST(Callback, runs_on_the_thread_that_cancels_and_only_at_the_first_cancel) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  std::vector<std::thread::id> calls;
  future.add_done_callback([&](Future<int> done) {
    check_cancelled(done);
    calls.push_back(std::this_thread::get_id());
  });
  EXPECT_TRUE(future.cancel());
  EXPECT_TRUE(future.cancel());
  EXPECT_FALSE(promise.set_running_or_notify_cancel());
  EXPECT_EQ(calls, std::vector{std::this_thread::get_id()});
}

// conformance: 4
// behaviour: 18
TEST(Callback, that_throws_is_reported_and_does_not_stop_the_later_ones) {
  const UnhandledRecorder recorder;
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  std::vector<int> called;
  future.add_done_callback([&](Future<int>) {
    called.push_back(1);
    throw std::out_of_range("from a callback");
  });
  future.add_done_callback([&](Future<int>) {
    called.push_back(2);
    throw 42;
  });
  future.add_done_callback([&](Future<int>) { called.push_back(3); });
  promise.set_value(1);
  EXPECT_EQ(called, (std::vector{1, 2, 3}));
  ASSERT_EQ(recorder.count(), 2U);
  EXPECT_EQ(recorder.texts()[0], "from a callback");
  EXPECT_TRUE(is_a<int>(recorder.reports()[1].error));
  EXPECT_FALSE(recorder.reports()[0].where.empty());
  EXPECT_EQ(future.result(), 1);
}

// conformance: 5, 6, 7
// behaviour: 17
TEST(Callback, added_to_a_done_future_runs_at_once_in_the_caller) {
  Promise<int> good, bad, dropped;
  good.set_value(1);
  bad.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  EXPECT_TRUE(dropped.get_future().cancel());
  for (const auto& future : {good.get_future(), bad.get_future(), dropped.get_future()}) {
    std::vector<std::thread::id> calls;
    future.add_done_callback([&](Future<int> done) {
      EXPECT_TRUE(done.done());
      calls.push_back(std::this_thread::get_id());
    });
    EXPECT_EQ(calls, std::vector{std::this_thread::get_id()});
  }
  EXPECT_EQ(check_failed<std::out_of_range>(bad.get_future()), "far");
}

// conformance: 8
TEST(Callback, run_at_once_that_throws_is_reported_to_the_hook_and_not_to_the_caller) {
  const UnhandledRecorder recorder;
  Promise<int> promise;
  promise.set_value(1);
  EXPECT_NO_THROW(promise.get_future().add_done_callback(
      [](Future<int>) { throw std::out_of_range("from a callback"); }));
  EXPECT_EQ(recorder.texts(), std::vector<std::string>{"from a callback"});
}

// behaviour: 16
TEST(Callback, order_is_that_of_registration) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    future.add_done_callback([&order, i](Future<int>) { order.push_back(i); });
  }
  promise.set_value(0);
  EXPECT_EQ(order, numbers(100));
}

// behaviour: 19
TEST(Callback, added_inside_a_callback_runs_at_once_before_later_ones) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  std::vector<std::string> order;
  future.add_done_callback([&](Future<int> done) {
    order.emplace_back("first begins");
    done.add_done_callback([&](Future<int>) { order.emplace_back("inner"); });
    order.emplace_back("first ends");
  });
  future.add_done_callback([&](Future<int>) { order.emplace_back("second"); });
  promise.set_value(0);
  EXPECT_EQ(order, (std::vector<std::string>{"first begins", "inner", "first ends", "second"}));
}

TEST(Callback, on_a_future_of_any_type_gets_such_a_future) {
  Promise<std::string> promise;
  const AnyFuture future = promise.get_future();
  int calls = 0;
  future.add_done_callback([&](AnyFuture done) {
    ++calls;
    EXPECT_EQ(done, future);
  });
  promise.set_value("text");
  EXPECT_EQ(calls, 1);
}

TEST(Callback, may_be_move_only_and_is_destroyed_after_its_call) {
  Promise<int> promise;
  auto token = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = token;
  promise.get_future().add_done_callback(
      [token = std::move(token), only = std::make_unique<int>(1)](Future<int>) {
        EXPECT_EQ(*only, 1);
      });
  EXPECT_FALSE(watch.expired());
  promise.set_value(1);
  EXPECT_TRUE(watch.expired());
}

// behaviour: 20
TEST(Callback, runs_after_the_waiters_were_woken_whichever_came_first) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  Gate result_returned;
  // They only end because result() returns while the first of them is still running.
  future.add_done_callback([&](Future<int>) { result_returned.pass(); });
  Caller waiter([&] {
    EXPECT_EQ(future.result(), 1);
    result_returned.open();
  });
  ASSERT_TRUE(waiter.until_blocked());
  future.add_done_callback([&](Future<int>) { result_returned.pass(); });
  promise.set_value(1);
}

// Futures share a small table of locks, so among so many there are some that share this one's.
// behaviour: 21
TEST(Callback, runs_without_a_lock_whoever_completes_the_future) {
  Promise<int> kept, cancelled;
  for (const auto& future : {kept.get_future(), cancelled.get_future()}) {
    future.add_done_callback([](Future<int>) {
      std::vector<Promise<int>> others(1000);
      for (auto& other : others) {
        EXPECT_TRUE(other.get_future().cancel());
      }
    });
  }
  kept.set_value(1);
  EXPECT_TRUE(cancelled.get_future().cancel());
}

// behaviour: 17
IN_PROCESS_TEST(CallbackInPool, runs_on_the_worker_that_completes_the_task) {
  const auto executor = TypeParam::make(1);
  Gate ready;
  const auto future = executor->submit([&] {
    ready.pass();
    return std::this_thread::get_id();
  });
  std::thread::id called_on;
  Gate called;
  future.add_done_callback([&](const auto&) {
    called_on = std::this_thread::get_id();
    called.open();
  });
  ready.open();
  called.pass();
  EXPECT_EQ(called_on, future.result());
  EXPECT_NE(called_on, std::this_thread::get_id());
}

// behaviour: 20
IN_PROCESS_TEST(CallbackInPool, has_run_when_shutdown_returns) {
  std::atomic<int> calls = 0;
  const auto executor = TypeParam::make();
  for (int i = 0; i < 50; ++i) {
    executor->submit(square, i).add_done_callback([&](Future<int>) { ++calls; });
  }
  executor->shutdown();
  EXPECT_EQ(calls, 50);
}

// behaviour: 21
IN_PROCESS_TEST(CallbackInPool, may_submit_cancel_and_add_callbacks) {
  const auto executor = TypeParam::make(1);
  Future<int> submitted;
  Gate called;
  {
    Door door;
    const auto standing = occupy(*executor, door, 1);
    const Future<int> victim = executor->submit(add, 1, 1);
    standing[0].add_done_callback([&](Future<int> done) {
      EXPECT_TRUE(victim.cancel());
      submitted = executor->submit(add, 2, 3);
      done.add_done_callback([&](Future<int>) { called.open(); });
    });
    door.open();
    called.pass();
    check_cancelled(victim);
  }
  EXPECT_EQ(submitted.result(), 5);
}

// behaviour: 21
IN_PROCESS_TEST(CallbackInPool, may_shut_the_pool_down) {
  const auto executor = TypeParam::make(1);
  Gate returned;
  std::vector<Future<int>> queued;
  {
    Door door;
    const auto standing = occupy(*executor, door, 1);
    standing[0].add_done_callback([&](Future<int>) {
      executor->shutdown();
      returned.open();
    });
    queued.push_back(executor->submit(add, 1, 1));
    door.open();
    returned.pass();
  }
  EXPECT_EQ(queued[0].result(), 2);
  thrown<ShutdownError>([&] { (void)executor->submit(add, 1, 1); });
}

// A chain in which each task is submitted by the callback of the one before it.
template <class Executor>
void submit_next(Executor& executor, int left, Gate& end) {
  executor.submit(square, left).add_done_callback([&executor, left, &end](Future<int> done) {
    EXPECT_EQ(done.result(), left * left);
    if (left == 0) {
      end.open();
    } else {
      submit_next(executor, left - 1, end);
    }
  });
}

// conformance: 168
// behaviour: 21
IN_PROCESS_TEST(CallbackInPool, chains_of_submits_come_to_their_end) {
  for (const int length : {100, 50, 60}) {
    const auto executor = TypeParam::make();
    Gate end;
    submit_next(*executor, length, end);
    end.pass();
  }
}

// behaviour: 16
IN_PROCESS_TEST(CallbackInPool, added_while_the_task_ends_is_called_exactly_once) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 1000; ++round) {
    std::atomic<int> calls = 0;
    const auto future = executor->submit(square, round % 100);
    for (int i = 0; i < 3; ++i) {
      future.add_done_callback([&](Future<int>) { ++calls; });
    }
    ASSERT_TRUE(eventually([&] { return calls == 3; }));
  }
}

}  // namespace
}  // namespace fanout::test
