// SPDX-License-Identifier: MIT
// Tasks that wait for tasks: nested waits make progress, circles are refused.
#include <atomic>
#include <functional>
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
using Futures = std::vector<Future<int>>;

// The second deadlock shown in Python's documentation: the only worker waits for a task that it
// would have to run itself.
IN_PROCESS_TEST(NestedWait, for_a_task_of_the_own_pool_on_its_only_worker_returns) {
  const auto executor = TypeParam::make(1);
  const auto future = executor->submit([&] {
    const Future<int> inner = executor->submit(square, 5);
    return inner.result();
  });
  EXPECT_EQ(future.result(), 25);
}

IN_PROCESS_TEST(NestedWait, of_every_kind_runs_the_awaited_tasks) {
  const auto executor = TypeParam::make(1);
  executor
      ->submit([&] {
        const auto inner = [&](int n) { return executor->submit(square, n); };
        EXPECT_EQ(inner(2).result(), 4);
        EXPECT_EQ(inner(3).take(), 9);
        EXPECT_EQ(inner(4).exception(), nullptr);
        const Future<int> waited = inner(5);
        waited.wait();
        check_finished(waited);
        const Futures several{inner(1), inner(2), inner(3)};
        EXPECT_EQ(wait(several).done, several);
        const Futures first{inner(1), inner(2)};
        EXPECT_FALSE(wait(first, ReturnWhen::first_completed).done.empty());
        EXPECT_EQ(wait(Futures{inner(1), inner(2)}, ReturnWhen::first_exception).done.size(), 2U);
        int completed = 0;
        for (const auto& future : as_completed(Futures{inner(1), inner(2), inner(3)})) {
          EXPECT_TRUE(future.done());
          ++completed;
        }
        EXPECT_EQ(completed, 3);
        int sum = 0;
        for (const int value : executor->map(square, numbers(5))) {
          sum += value;
        }
        EXPECT_EQ(sum, 30);
        int unordered = 0;
        for (const int value :
             executor->map({.buffersize = 2, .ordered = false}, square, numbers(5))) {
          unordered += value;
        }
        EXPECT_EQ(unordered, 30);
      })
      .result();
}

IN_PROCESS_TEST(NestedWait, runs_the_awaited_task_and_no_other) {
  const auto executor = TypeParam::make(1);
  std::vector<std::string> order;
  const auto note = [&order](std::string what) { order.push_back(std::move(what)); };
  Gate ready;
  const auto outer = executor->submit([&] {
    ready.pass();
    const auto inner = executor->submit(note, "inner");
    const auto awaited = executor->submit(note, "awaited");
    awaited.wait();
    note("outer ends");
  });
  const auto queued = executor->submit(note, "queued before them");
  ready.open();
  outer.wait();
  executor->shutdown();
  ASSERT_EQ(order.size(), 4U);
  EXPECT_EQ(order[0], "awaited");
  EXPECT_EQ(order[1], "outer ends");
}

IN_PROCESS_TEST(NestedWait, runs_what_it_awaits_in_input_order) {
  const auto executor = TypeParam::make(1);
  std::vector<int> order;
  executor
      ->submit([&] {
        Futures futures;
        for (int i = 0; i < 5; ++i) {
          futures.push_back(executor->submit([&order, i] { return order.push_back(i), i; }));
        }
        const Futures reversed(futures.rbegin(), futures.rend());
        wait(reversed);
      })
      .result();
  EXPECT_EQ(order, (std::vector{4, 3, 2, 1, 0}));
}

IN_PROCESS_TEST(NestedWait, in_a_chain_of_a_thousand_ends) {
  const auto executor = TypeParam::make(1);
  std::function<int(int)> level = [&](int n) {
    return n == 0 ? 0 : executor->submit(level, n - 1).result() + 1;
  };
  EXPECT_EQ(executor->submit(level, 1000).result(), 1000);
}

int fibonacci(ThreadPoolExecutor& executor, int n) {
  if (n < 2) {
    return n;
  }
  const Future<int> left = executor.submit(fibonacci, std::ref(executor), n - 1);
  const int right = fibonacci(executor, n - 2);
  return left.result() + right;
}

IN_PROCESS_TEST(NestedWait, forks_and_joins) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(executor->submit(fibonacci, std::ref(*executor), 16).result(), 987);
}

IN_PROCESS_TEST(NestedWait, brings_the_failure_of_the_inner_task) {
  const auto executor = TypeParam::make(1);
  const auto future =
      executor->submit([&] { return executor->submit(fail, std::string("inner")).result(); });
  future.wait();
  EXPECT_EQ(check_failed<std::runtime_error>(future), "inner");
}

IN_PROCESS_TEST(NestedWait, with_a_timeout_does_not_run_the_task_but_times_out) {
  const auto executor = TypeParam::make(1);
  const auto future = executor->submit([&] {
    const Future<int> inner = executor->submit(square, 2);
    thrown<TimeoutError>([&] { (void)inner.result(1ms); });
    EXPECT_FALSE(inner.wait(0s));
    check_pending(inner);
    return inner.result();
  });
  EXPECT_EQ(future.result(), 4);
}

IN_PROCESS_TEST(NestedWait, for_a_task_that_another_thread_cancels_throws_cancelled) {
  const auto executor = TypeParam::make(2);
  Promise<int> never;
  const Future<int> awaited = never.get_future();
  std::atomic<pid_t> waiter = 0;
  const auto future = executor->submit([&] {
    waiter = own_thread_id();
    return awaited.result();
  });
  ASSERT_TRUE(eventually([&] { return waiter != 0; }));
  ASSERT_TRUE(until_thread_sleeps(waiter));
  EXPECT_TRUE(awaited.cancel());
  future.wait();
  check_failed<CancelledError>(future);
}

IN_PROCESS_TEST(NestedWait, for_a_task_of_another_pool_is_served_by_that_pool) {
  const auto one = TypeParam::make(1);
  const auto two = TypeParam::make(1);
  const auto future = one->submit([&] {
    const auto elsewhere = two->submit([] { return std::this_thread::get_id(); });
    EXPECT_NE(elsewhere.result(), std::this_thread::get_id());
    return two->submit(square, 3).result();
  });
  EXPECT_EQ(future.result(), 9);
}

}  // namespace
}  // namespace fanout::test
