// SPDX-License-Identifier: MIT
// The initializer of a thread pool: once per worker, first of all; and what a failing one breaks.
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/resources.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Futures = std::vector<Future<int>>;

thread_local int initialized = 0;

// The text of the cause that is nested in an error.
std::string cause_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    try {
      std::rethrow_if_nested(caught);
    } catch (const std::exception& cause) {
      return cause.what();
    }
  }
  return "no cause";
}

// conformance: 66
// behaviour: 30
TEST(Initializer, runs_once_in_every_worker_before_its_first_task) {
  std::atomic<int> calls = 0;
  ThreadPoolExecutor executor({.max_workers = 3, .initializer = [&] {
                                 ++calls;
                                 ++initialized;
                               }});
  EXPECT_EQ(calls, 0);
  std::latch all_here(3);
  Futures futures;
  for (int i = 0; i < 3; ++i) {
    futures.push_back(executor.submit([&] {
      all_here.arrive_and_wait();
      return initialized;
    }));
  }
  for (int i = 0; i < 20; ++i) {
    futures.push_back(executor.submit([] { return initialized; }));
  }
  for (const auto& future : futures) {
    EXPECT_EQ(future.result(), 1);
  }
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(initialized, 0);  // not here
}

// conformance: 67
// behaviour: 30, 32
TEST(Initializer, that_throws_breaks_the_pool_and_is_nested_in_the_errors) {
  const UnhandledRecorder recorder;
  Gate gate;
  ThreadPoolExecutor executor({.max_workers = 1, .initializer = [&] {
                                 gate.pass();
                                 throw std::out_of_range("no database");
                               }});
  Futures futures;
  for (int i = 0; i < 5; ++i) {
    futures.push_back(executor.submit(square, i));
  }
  gate.open();
  for (const auto& future : futures) {
    future.wait();
    check_failed<BrokenThreadPool>(future);
    EXPECT_TRUE(is_a<BrokenExecutor>(future.exception()));
    EXPECT_EQ(cause_of(future.exception()), "no database");
  }
  try {
    (void)executor.submit(square, 1);
    ADD_FAILURE() << "a broken pool took a task";
  } catch (const BrokenThreadPool&) {
    EXPECT_EQ(cause_of(std::current_exception()), "no database");
  }
  thrown<BrokenThreadPool>([&] { executor.map(square, numbers(2)); });
}

// behaviour: 32
TEST(Initializer, that_failed_is_what_submit_says_even_after_shutdown) {
  ThreadPoolExecutor executor(
      {.max_workers = 1, .initializer = [] { throw std::out_of_range("no database"); }});
  const Future<int> future = executor.submit(square, 1);
  future.wait();
  check_failed<BrokenThreadPool>(future);
  executor.shutdown();
  thrown<BrokenThreadPool>([&] { (void)executor.submit(square, 1); });
}

// conformance: 142
TEST(Initializer, that_throws_leaves_cancelled_futures_cancelled) {
  Gate gate;
  ThreadPoolExecutor executor({.max_workers = 1, .initializer = [&] {
                                 gate.pass();
                                 throw std::out_of_range("no database");
                               }});
  const Future<int> first = executor.submit(square, 1);
  const Future<int> cancelled = executor.submit(square, 2);
  EXPECT_TRUE(cancelled.cancel());
  gate.open();
  first.wait();
  check_failed<BrokenThreadPool>(first);
  check_cancelled(cancelled);
}

// conformance: 142
// behaviour: 9
TEST(Initializer, that_throws_lets_the_pool_be_dropped_in_every_way) {
  for (const int way : {0, 1, 2}) {
    const Resources before = Resources::now();
    Future<int> future;
    {
      ThreadPoolExecutor executor(
          {.max_workers = 2, .initializer = [] { throw std::out_of_range("no database"); }});
      future = executor.submit(square, 1);
      if (way > 0) {
        executor.shutdown({.wait = way == 1});
      }
    }
    EXPECT_TRUE(eventually([&] { return left_over(before, Resources::now()).empty(); }));
    check_failed<BrokenThreadPool>(future);
  }
}

// A second worker that fails to start does not take the task that the first is running.
// behaviour: 30
TEST(Initializer, that_throws_in_a_later_worker_lets_running_tasks_finish) {
  std::atomic<int> calls = 0;
  ThreadPoolExecutor executor({.max_workers = 2, .initializer = [&] {
                                 if (++calls == 2) {
                                   throw std::out_of_range("only one connection");
                                 }
                               }});
  Door door;
  const auto standing = occupy(executor, door, 1);
  const Future<int> queued = executor.submit(square, 3);
  queued.wait();  // the second worker was started for it
  check_failed<BrokenThreadPool>(queued);
  check_running(standing[0]);
  door.open();
  EXPECT_EQ(standing[0].result(), 0);
}

TEST(Initializer, may_use_other_pools) {
  ThreadPoolExecutor other(1);
  ThreadPoolExecutor executor(
      {.max_workers = 1, .initializer = [&] { EXPECT_EQ(other.submit(square, 2).result(), 4); }});
  EXPECT_EQ(executor.submit(square, 3).result(), 9);
}

// conformance: 154
TEST(Initializer, of_pools_that_come_and_go_on_many_threads) {
  std::atomic<int> calls = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 5; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          ThreadPoolExecutor executor({.max_workers = 1, .initializer = [&] { ++calls; }});
          EXPECT_EQ(executor.submit(square, i).result(), i * i);
        }
      });
    }
  }
  EXPECT_EQ(calls, 50);
}

}  // namespace
}  // namespace fanout::test
