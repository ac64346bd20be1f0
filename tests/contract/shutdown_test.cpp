// SPDX-License-Identifier: MIT
// The end of an executor: by shutdown in all its forms, and by its destructor.
#include <algorithm>
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
#include "support/resources.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Futures = std::vector<Future<int>>;

template <class Executor>
Futures submit_squares(Executor& executor, int count) {
  Futures futures;
  for (int i = 0; i < count; ++i) {
    futures.push_back(executor.submit(square, i));
  }
  return futures;
}

void check_squares(const Futures& futures) {
  for (std::size_t i = 0; i < futures.size(); ++i) {
    EXPECT_EQ(futures[i].result(0s), static_cast<int>(i * i));
  }
}

// conformance: 69, 206
// behaviour: 32, 33
EXECUTOR_TEST(Shutdown, makes_later_submits_throw) {
  const auto executor = TypeParam::make();
  executor->shutdown();
  EXPECT_EQ(thrown<ShutdownError>([&] { (void)executor->submit(add, 1, 1); }),
            "cannot schedule new futures after shutdown");
  EXPECT_EQ(thrown<ShutdownError>([&] { (void)executor->submit({.name = "x"}, add, 1, 1); }),
            "cannot schedule new futures after shutdown");
  thrown<ShutdownError>([&] { executor->map(square, numbers(2)); });
}

// conformance: 72, 76, 83, 206
// behaviour: 34
EXECUTOR_TEST(Shutdown, waits_for_all_that_is_queued_and_for_the_workers) {
  const Resources before = Resources::now();
  const auto executor = TypeParam::make();
  const Futures futures = submit_squares(*executor, 50);
  executor->shutdown();
  EXPECT_EQ(left_over_since(before), "");
  check_squares(futures);
}

// conformance: 77, 78, 84, 85
// behaviour: 36
EXECUTOR_TEST(Shutdown, is_what_the_end_of_the_scope_does) {
  const Resources before = Resources::now();
  Futures futures;
  {
    const auto executor = TypeParam::make();
    futures = submit_squares(*executor, 50);
  }
  EXPECT_EQ(left_over_since(before), "");
  check_squares(futures);
}

// conformance: 35, 73
// behaviour: 35
EXECUTOR_TEST(Shutdown, with_cancel_futures_cancels_what_has_not_started_and_finishes_what_has) {
  const auto executor = TypeParam::make(2);
  Futures futures, standing;
  {
    Door door;
    standing = occupy(*executor, door, 2);
    futures = submit_squares(*executor, 50);
    Caller caller([&] { executor->shutdown({.cancel_futures = true}); });
    for (const auto& future : futures) {
      future.wait();  // cancelled while the workers still stand at the door
      check_cancelled(future);
    }
    check_running(standing[0]);
    EXPECT_FALSE(caller.returned());
    door.open(2);
    caller.join();
  }
  EXPECT_EQ(standing[0].result(0s) + standing[1].result(0s), 1);
}

// conformance: 79
// behaviour: 34
EXECUTOR_TEST(Shutdown, without_wait_returns_at_once_and_everything_queued_still_runs) {
  const auto executor = TypeParam::make(1);
  Futures futures;
  {
    Door door;
    const auto standing = occupy(*executor, door, 1);
    futures = submit_squares(*executor, 50);
    executor->shutdown({.wait = false});
    check_running(standing[0]);
    thrown<ShutdownError>([&] { (void)executor->submit(add, 1, 1); });
    door.open();
  }
  wait(futures);
  check_squares(futures);
}

// conformance: 76, 79, 86
EXECUTOR_TEST(Shutdown, without_wait_lets_the_workers_end_by_themselves) {
  const Resources before = Resources::now();
  const auto executor = TypeParam::make();
  const Futures futures = submit_squares(*executor, 50);
  executor->shutdown({.wait = false});
  EXPECT_TRUE(eventually([&] { return left_over(before, Resources::now()).empty(); }));
  check_squares(futures);
}

// conformance: 143
// behaviour: 33
EXECUTOR_TEST(Shutdown, again_may_add_waiting_and_cancelling) {
  const auto executor = TypeParam::make(1);
  Futures futures, standing;
  {
    Door door;
    standing = occupy(*executor, door, 1);
    futures = submit_squares(*executor, 20);
    executor->shutdown({.wait = false});
    check_pending(futures[0]);
    Caller caller([&] { executor->shutdown({.wait = true, .cancel_futures = true}); });
    wait(futures);
    EXPECT_FALSE(caller.returned());
    door.open();
  }
  for (const auto& future : futures) {
    check_cancelled(future);
  }
  EXPECT_EQ(standing[0].result(0s), 0);
}

// conformance: 144
// behaviour: 33
EXECUTOR_TEST(Shutdown, may_be_repeated_in_every_combination) {
  for (int sequence = 0; sequence < 64; ++sequence) {
    const auto executor = TypeParam::make(2);
    const Futures futures = submit_squares(*executor, 5);
    for (const int call : {sequence % 4, sequence / 4 % 4, sequence / 16}) {
      executor->shutdown({.wait = call % 2 == 1, .cancel_futures = call / 2 == 1});
    }
    wait(futures);
    for (std::size_t i = 0; i < futures.size(); ++i) {
      if (!futures[i].cancelled()) {
        EXPECT_EQ(futures[i].result(0s), static_cast<int>(i * i));
      }
    }
  }
}

// conformance: 145
EXECUTOR_TEST(Shutdown,
              without_wait_but_cancelling_is_seen_by_wait_while_the_running_one_completes) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const Futures futures = submit_squares(*executor, 20);
  executor->shutdown({.wait = false, .cancel_futures = true});
  EXPECT_EQ(wait(futures, 0s).done, futures);
  check_cancelled(futures[19]);
  check_running(standing[0]);
  door.open();
  EXPECT_EQ(standing[0].result(), 0);
}

// conformance: 75
EXECUTOR_TEST(Shutdown, right_after_a_submit_and_a_cancel_does_not_hang) {
  for (int round = 0; round < 100; ++round) {
    const auto executor = TypeParam::make(2);
    const Future<int> future = executor->submit(square, 3);
    future.cancel();
    executor->shutdown();
    EXPECT_TRUE(future.done());
  }
}

EXECUTOR_TEST(Shutdown, of_an_executor_that_was_never_used_is_quick_and_starts_nothing) {
  const Resources before = Resources::now();
  const auto executor = TypeParam::make();
  EXPECT_EQ(left_over_since(before), "");
  executor->shutdown();
  thrown<ShutdownError>([&] { (void)executor->submit(add, 1, 1); });
}

EXECUTOR_TEST(Shutdown, by_many_threads_at_once_waits_in_each_of_them) {
  const auto executor = TypeParam::make(2);
  const Futures futures = submit_squares(*executor, 50);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        executor->shutdown();
        check_squares(futures);
      });
    }
  }
}

// behaviour: 9
EXECUTOR_TEST(Shutdown, racing_with_submits_leaves_no_future_pending) {
  for (int round = 0; round < 100; ++round) {
    const auto executor = TypeParam::make(2);
    Futures futures;
    std::jthread submitter([&] {
      try {
        for (;;) {
          futures.push_back(executor->submit(square, 2));
        }
      } catch (const ShutdownError&) {
      }
    });
    if (round % 2 == 0) {
      std::this_thread::yield();
    }
    executor->shutdown({.wait = round % 4 < 2, .cancel_futures = round % 3 == 0});
    submitter.join();
    for (const auto& future : futures) {
      future.wait();
      if (!future.cancelled()) {
        EXPECT_EQ(future.result(), 4);
      }
    }
  }
}

// behaviour: 36
EXECUTOR_TEST(Shutdown, by_an_exception_that_leaves_the_scope_cancels_what_is_pending_first) {
  Futures futures, standing;
  thrown<std::out_of_range>([&] {
    Door door;
    const auto executor = TypeParam::make(1);
    standing = occupy(*executor, door, 1);
    futures = submit_squares(*executor, 20);
    for (const auto& future : futures) {
      check_pending(future);
    }
    // The last of them to be cancelled opens the door: if none were, the destructor would hang.
    futures.back().add_done_callback([&door](Future<int>) { door.open(); });
    throw std::out_of_range("unwinds");
  });
  for (const auto& future : futures) {
    check_cancelled(future);
  }
  EXPECT_EQ(standing[0].result(0s), 0);
}

// An executor in a destructor that runs during unwinding is no victim of that exception.
// behaviour: 36
EXECUTOR_TEST(Shutdown, of_a_scope_inside_an_unwinding_one_runs_everything) {
  Futures futures;
  struct Cleanup {
    Futures* futures;
    ~Cleanup() {
      const auto executor = TypeParam::make(1);
      *futures = submit_squares(*executor, 20);
    }
  };
  thrown<std::out_of_range>([&] {
    const Cleanup cleanup{&futures};
    throw std::out_of_range("unwinds");
  });
  check_squares(futures);
}

// behaviour: 21
IN_PROCESS_TEST(ShutdownInProcess, inside_a_task_does_not_wait_for_itself) {
  const auto executor = TypeParam::make(1);
  Gate ready;
  const auto future = executor->submit([&] {
    ready.pass();
    executor->shutdown();
    thrown<ShutdownError>([&] { (void)executor->submit(add, 1, 1); });
    return 1;
  });
  const auto queued = executor->submit(add, 1, 1);
  ready.open();
  EXPECT_EQ(future.result(), 1);
  EXPECT_EQ(queued.result(), 2);
  executor->shutdown();
}

// behaviour: 39
IN_PROCESS_TEST(ShutdownInProcess,
                by_the_destructor_on_an_own_worker_neither_hangs_nor_terminates) {
  const Resources before = Resources::now();
  Future<int> queued;
  {
    std::shared_ptr<typename TypeParam::Executor> executor = TypeParam::make(1);
    Gate ready;
    auto* pool = executor.get();
    const auto future = pool->submit([&ready, last = executor]() mutable {
      ready.pass();
      last.reset();  // the last owner is the pool's own worker
    });
    queued = pool->submit(add, 1, 1);
    executor.reset();
    ready.open();
    future.wait();
  }
  EXPECT_EQ(queued.result(), 2);
  EXPECT_TRUE(eventually([&] { return left_over(before, Resources::now()).empty(); }));
}

// conformance: 135
TEST(ShutdownOfProcesses, leaves_no_worker_to_count) {
  ProcessPoolExecutor ended(2);
  ended.submit(square, 1).wait();
  EXPECT_GE(ended.stats().workers, 1);
  ended.shutdown();
  EXPECT_EQ(ended.stats().workers, 0);
  ProcessPoolExecutor killed(2);
  killed.submit(square, 1).wait();
  killed.kill_workers();
  EXPECT_EQ(killed.stats().workers, 0);
}

}  // namespace
}  // namespace fanout::test
