// SPDX-License-Identifier: MIT
// A pool with a bound on the tasks that wait: what submit does when the queue is full.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Futures = std::vector<Future<int>>;

ThreadPoolOptions bounded(OnFull on_full, std::size_t max_pending = 2) {
  return {.max_workers = 1, .max_pending = max_pending, .on_full = on_full};
}

// A pool whose worker stands at a door and whose queue is full.
struct Full {
  explicit Full(OnFull on_full, std::size_t max_pending = 2)
      : executor(bounded(on_full, max_pending)), standing(occupy(executor, door, 1)) {
    for (std::size_t i = 0; i < max_pending; ++i) {
      queued.push_back(executor.submit(square, static_cast<int>(i)));
    }
  }

  ThreadPoolExecutor executor;
  Door door;
  Futures standing;
  Futures queued;
};

// conformance: 204
TEST(BoundedQueue, that_rejects_throws_when_it_is_full_and_takes_tasks_again_later) {
  Full pool(OnFull::reject);
  thrown<QueueFull>([&] { (void)pool.executor.submit(square, 9); });
  thrown<QueueFull>([&] { (void)pool.executor.submit({.name = "x"}, square, 9); });
  EXPECT_EQ(pool.executor.stats().pending, 2U);
  pool.door.open();
  wait(pool.queued);
  EXPECT_EQ(pool.executor.submit(square, 9).result(), 81);
}

// conformance: 204
TEST(BoundedQueue, with_caller_runs_runs_the_task_in_the_submitting_thread_when_it_is_full) {
  Full pool(OnFull::caller_runs);
  const auto future = pool.executor.submit([] { return std::this_thread::get_id(); });
  check_finished(future);  // before submit returned
  EXPECT_EQ(future.result(), std::this_thread::get_id());
  const Future<int> bad = pool.executor.submit(fail, std::string("bad"));
  EXPECT_EQ(check_failed<std::runtime_error>(bad), "bad");
  check_pending(pool.queued[0]);
  pool.door.open();
}

// conformance: 204
TEST(BoundedQueue, that_blocks_makes_submit_wait_for_a_place) {
  Full pool(OnFull::block);
  Future<int> late;
  Caller caller([&] { late = pool.executor.submit(square, 9); });
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_FALSE(caller.returned());
  pool.door.open();
  caller.join();
  EXPECT_EQ(late.result(), 81);
}

TEST(BoundedQueue, counts_only_what_has_not_started) {
  ThreadPoolExecutor executor({.max_workers = 3, .max_pending = 1, .on_full = OnFull::reject});
  Door door;
  Futures standing;
  for (int i = 0; i < 3; ++i) {  // one after the other: each leaves the queue before the next comes
    standing.push_back(executor.submit(stand_at, door.path(), i));
    door.await();
  }
  const Future<int> queued = executor.submit(square, 2);
  thrown<QueueFull>([&] { (void)executor.submit(square, 2); });
  door.open(3);
  EXPECT_EQ(queued.result(), 4);
}

TEST(BoundedQueue, gives_the_place_of_a_cancelled_task_away_at_once) {
  Full pool(OnFull::reject);
  EXPECT_TRUE(pool.queued[0].cancel());
  const Future<int> next = pool.executor.submit(square, 5);  // while the worker still stands there
  thrown<QueueFull>([&] { (void)pool.executor.submit(square, 9); });
  pool.door.open();
  EXPECT_EQ(next.result(), 25);
  EXPECT_EQ(pool.queued[1].result(), 1);
}

TEST(BoundedQueue, lets_a_blocked_submit_in_when_a_task_is_cancelled) {
  Full pool(OnFull::block);
  Future<int> late;
  Caller caller([&] { late = pool.executor.submit(square, 9); });
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_TRUE(pool.queued[1].cancel());
  caller.join();
  check_pending(late);
  pool.door.open();
  EXPECT_EQ(late.result(), 81);
}

TEST(BoundedQueue, fails_a_blocked_submit_when_the_pool_shuts_down) {
  for (const bool cancels : {false, true}) {
    Full pool(OnFull::block);
    Caller one([&] { thrown<ShutdownError>([&] { (void)pool.executor.submit(square, 9); }); });
    Caller other([&] { thrown<ShutdownError>([&] { (void)pool.executor.submit(square, 9); }); });
    ASSERT_TRUE(one.until_blocked());
    ASSERT_TRUE(other.until_blocked());
    pool.executor.shutdown({.wait = false, .cancel_futures = cancels});
    one.join();
    other.join();
    pool.door.open();
    wait(pool.queued);
    EXPECT_EQ(pool.queued[0].cancelled(), cancels);
  }
}

TEST(BoundedQueue, wakes_every_blocked_submitter_in_the_end) {
  ThreadPoolExecutor executor({.max_workers = 2, .max_pending = 1});
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> submitters;
    for (int t = 0; t < 4; ++t) {
      submitters.emplace_back([&] {
        Futures futures;
        for (int i = 0; i < 500; ++i) {
          futures.push_back(executor.submit([&ran, i] { return ++ran, i; }));
        }
        wait(futures);
      });
    }
  }
  EXPECT_EQ(ran, 2000);
}

// A worker that waited for its own queue would wait for ever.
TEST(BoundedQueue, never_blocks_a_submit_of_one_of_its_own_workers) {
  for (const auto on_full : {OnFull::block, OnFull::caller_runs}) {
    ThreadPoolExecutor executor(bounded(on_full, 1));
    const auto ids =
        executor
            .submit([&] {
              std::vector<Future<std::thread::id>> inner;
              for (int i = 0; i < 10; ++i) {
                inner.push_back(executor.submit([] { return std::this_thread::get_id(); }));
              }
              check_finished(inner[9]);  // the queue was full: it ran inline
              for (const auto& future : inner) {
                EXPECT_EQ(future.result(), std::this_thread::get_id());
              }
              return inner.size();
            })
            .result();
    EXPECT_EQ(ids, 10U);
  }
}

TEST(BoundedQueue, that_rejects_does_so_for_its_own_workers_too) {
  ThreadPoolExecutor executor(bounded(OnFull::reject, 1));
  executor
      .submit([&] {
        const Future<int> inner = executor.submit(square, 2);
        thrown<QueueFull>([&] { (void)executor.submit(square, 3); });
        EXPECT_EQ(inner.result(), 4);
      })
      .result();
}

TEST(BoundedQueue, feeds_a_map_of_any_length) {
  for (const auto on_full : {OnFull::block, OnFull::caller_runs}) {
    ThreadPoolExecutor executor(bounded(on_full, 3));
    int expected = 0;
    for (const int value : executor.map(add, numbers(500), std::vector<int>(500, 1))) {
      EXPECT_EQ(value, ++expected);
    }
    EXPECT_EQ(expected, 500);
  }
}

// conformance: 215
TEST(BoundedQueue, that_rejects_during_a_map_throws_and_forgets_nothing) {
  Full pool(OnFull::reject, 3);
  std::atomic<int> ran = 0;
  EXPECT_TRUE(pool.queued[0].cancel());
  thrown<QueueFull>([&] { pool.executor.map([&](int) { return ++ran; }, numbers(10)); });
  pool.door.open();
  pool.executor.shutdown();
  EXPECT_LE(ran, 1);  // what was taken before the queue was full has run or was cancelled
  EXPECT_EQ(pool.queued[2].result(), 4);
}

// Its caller has been told that the call failed, so what it was given must not be kept alive by it.
TEST(BoundedQueue, that_rejects_a_task_destroys_it) {
  Full pool(OnFull::reject);
  const auto token = std::make_shared<int>(1);
  thrown<QueueFull>([&] { (void)pool.executor.submit([token] {}); });
  EXPECT_EQ(token.use_count(), 1);
  pool.door.open();
}

}  // namespace
}  // namespace fanout::test
