// SPDX-License-Identifier: MIT
// A host that forks: the child has a pool without threads, which must harm nobody.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/forked_child.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

class Fork : public ::testing::Test {
 protected:
  void SetUp() override {
    if (thread_sanitizer) {
      GTEST_SKIP() << "the thread sanitizer does not support fork() of a program with threads";
    }
  }
};

// conformance: 63
TEST_F(Fork, fifty_times_while_another_thread_submits_endlessly_gives_children_that_exit) {
  ThreadPoolExecutor executor(4);
  std::atomic<bool> ended = false;
  std::jthread submitter([&] {
    while (!ended) {
      EXPECT_EQ(executor.submit(square, 3).result(), 9);
    }
  });
  for (int i = 0; i < 50; ++i) {
    const pid_t child = fork_and([] { return 0; });
    ASSERT_GT(child, 0);
    EXPECT_EQ(exit_code_of(child), 0);
  }
  ended = true;
}

// conformance: 64
TEST_F(Fork, in_a_task_gives_a_child_that_exits_and_joins_nobody) {
  ThreadPoolExecutor executor(2);
  const auto child = executor.submit([] { return fork_and([] { return 7; }); });
  EXPECT_EQ(exit_code_of(child.result()), 7);
  EXPECT_EQ(executor.submit(square, 3).result(), 9);
}

// conformance: 64
TEST_F(Fork, keeps_the_code_of_a_child_that_calls_exit) {
  ThreadPoolExecutor executor(2);
  executor.submit(square, 3).result();
  std::fflush(nullptr);  // what is buffered here would be written by the child as well
  const pid_t child = fork();
  if (child == 0) {
    std::exit(5);  // runs destructors of static objects and exit handlers
  }
  EXPECT_EQ(exit_code_of(child), 5);
}

TEST_F(Fork, gives_a_child_in_which_submit_throws_and_shutdown_returns) {
  ThreadPoolExecutor executor(2);
  Door door;
  const auto standing = occupy(executor, door, 2);
  const Future<int> queued = executor.submit(square, 3);
  const pid_t child = fork_and([&] {
    try {
      (void)executor.submit(square, 4);
      return 1;
    } catch (const Error&) {
    }
    executor.shutdown({.wait = true, .cancel_futures = true});
    executor.shutdown();
    return 0;
  });
  EXPECT_EQ(exit_code_of(child), 0);
  check_pending(queued);  // what the child does changes nothing here
  door.open(2);
  EXPECT_EQ(queued.result(), 9);
}

TEST_F(Fork, gives_a_child_in_which_the_destructor_returns) {
  auto executor = std::make_unique<ThreadPoolExecutor>(2);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const pid_t child = fork_and([&] {
    executor.reset();
    return 0;
  });
  EXPECT_EQ(exit_code_of(child), 0);
  door.open();
  EXPECT_EQ(standing[0].result(), 0);
}

TEST_F(Fork, in_a_task_gives_a_child_in_which_the_destructor_returns) {
  auto executor = std::make_unique<ThreadPoolExecutor>(1);
  auto* pool = executor.get();
  const auto child = pool->submit([pool] {
    return fork_and([pool] {
      pool->shutdown();
      return 0;
    });
  });
  EXPECT_EQ(exit_code_of(child.result()), 0);
}

TEST_F(Fork, gives_a_child_that_may_make_pools_of_its_own) {
  ThreadPoolExecutor executor(2);
  EXPECT_EQ(executor.submit(square, 2).result(), 4);
  const pid_t child = fork_and([] {
    ThreadPoolExecutor own(2);
    int sum = 0;
    for (const int value : own.map(square, numbers(5))) {
      sum += value;
    }
    return sum;
  });
  EXPECT_EQ(exit_code_of(child), 30);
}

// In the child nothing is locked for ever that its own pools need.
TEST_F(Fork, while_others_wait_and_cancel_gives_children_that_may_use_pools_of_their_own) {
  ThreadPoolExecutor executor(2);
  std::atomic<bool> ended = false;
  const auto play = [&] {
    while (!ended) {
      std::vector<Future<int>> futures;
      for (int i = 0; i < 20; ++i) futures.push_back(executor.submit(square, i));
      futures.back().cancel();
      for (const auto& future : as_completed(futures)) EXPECT_TRUE(future.done());
    }
  };
  std::vector<std::jthread> players;
  for (int i = 0; i < 2; ++i) players.emplace_back(play);
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(in_fork([] {
      ThreadPoolExecutor own(2);
      const auto nested = own.submit([&own] { return own.submit(square, 3).result(); });
      int sum = 0;
      for (const int value : own.map(square, numbers(50))) sum += value;
      return nested.result() == 9 && sum == 40425;
    }));
  }
  ended = true;
}

TEST_F(Fork, while_others_cancel_gives_children_that_may_cancel_what_is_queued) {
  ThreadPoolExecutor executor({.max_workers = 1, .max_pending = 100});
  Door door;
  const auto standing = occupy(executor, door, 1);
  Future<int> queued = executor.submit(square, 3);
  std::atomic<bool> ended = false;
  std::vector<std::jthread> cancellers;
  for (int i = 0; i < 4; ++i) {
    cancellers.emplace_back([&] {
      while (!ended) EXPECT_TRUE(executor.submit(square, 4).cancel());
    });
  }
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(in_fork([&] { return queued.cancel() && queued.cancelled(); }));
  }
  ended = true;
  cancellers.clear();
  check_pending(queued);
  door.open();
  EXPECT_EQ(queued.result(), 9);
}

TEST_F(Fork, gives_a_child_that_can_read_what_was_done_before) {
  ThreadPoolExecutor executor(2);
  const Future<int> done = executor.submit(square, 5);
  done.wait();
  const pid_t child = fork_and([&] { return done.result() + (done.cancelled() ? 100 : 0); });
  EXPECT_EQ(exit_code_of(child), 25);
}

// The pool with its time limits has more threads than its workers; none of them is in the child.
TEST_F(Fork, works_with_time_limits_too) {
  ThreadPoolExecutor executor(1);
  Door door;
  const Future<int> limited = executor.submit({.timeout = 1h}, stand_at, door.path(), 3);
  door.await();
  const pid_t child = fork_and([&] {
    executor.shutdown();
    return 0;
  });
  EXPECT_EQ(exit_code_of(child), 0);
  door.open();
  EXPECT_EQ(limited.result(), 3);
}

}  // namespace
}  // namespace fanout::test
