// SPDX-License-Identifier: MIT
// fanout::wait: for the first, for the first failure, for all; with and without a limit.
#include <array>
#include <latch>
#include <limits>
#include <list>
#include <map>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/several.hpp"
#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Futures = std::vector<Future<int>>;

// conformance: 161
// behaviour: 50
TEST(Wait, for_nothing_returns_at_once) {
  for (const auto when :
       {ReturnWhen::first_completed, ReturnWhen::first_exception, ReturnWhen::all_completed}) {
    const auto [done, not_done] = wait(Futures{}, when);
    EXPECT_TRUE(done.empty());
    EXPECT_TRUE(not_done.empty());
  }
}

// conformance: 23
// behaviour: 50
TEST(Wait, counts_repeated_handles_once) {
  Several two(2);
  two.succeed(1);
  const Futures repeated{two.futures[0], two.futures[1], two.futures[0], two.futures[1]};
  const auto [done, not_done] = wait(repeated, 0s);
  EXPECT_EQ(done, Futures{two.futures[1]});
  EXPECT_EQ(not_done, Futures{two.futures[0]});
}

// conformance: 24
TEST(Wait, for_the_first_returns_with_only_what_is_done) {
  Several three(3);
  Caller caller([&] {
    const auto [done, not_done] = wait(three.futures, ReturnWhen::first_completed);
    EXPECT_EQ(done, Futures{three.futures[1]});
    EXPECT_EQ(not_done, (Futures{three.futures[0], three.futures[2]}));
  });
  ASSERT_TRUE(caller.until_blocked());
  three.succeed(1);
  caller.join();
  three.succeed(0);
  three.succeed(2);
}

// conformance: 24
// behaviour: 12
TEST(Wait, for_the_first_is_satisfied_by_a_cancelled_one) {
  Several two(2);
  Caller caller([&] {
    EXPECT_EQ(wait(two.futures, ReturnWhen::first_completed).done, Futures{two.futures[0]});
  });
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_TRUE(two.futures[0].cancel());
}

// conformance: 25
// behaviour: 51
TEST(Wait, for_the_first_with_some_done_returns_at_once_with_all_of_them) {
  Several four(4);
  four.succeed(3);
  four.fail(1);
  const auto [done, not_done] = wait(four.futures, ReturnWhen::first_completed);
  EXPECT_EQ(done, (Futures{four.futures[1], four.futures[3]}));
  EXPECT_EQ(not_done, (Futures{four.futures[0], four.futures[2]}));
}

// conformance: 26
TEST(Wait, for_the_first_exception_returns_when_one_fails_and_has_the_successes_before_it) {
  Several three(3);
  Caller caller([&] {
    const auto [done, not_done] = wait(three.futures, ReturnWhen::first_exception);
    EXPECT_EQ(done, (Futures{three.futures[0], three.futures[1]}));
    EXPECT_EQ(not_done, Futures{three.futures[2]});
  });
  ASSERT_TRUE(caller.until_blocked());
  three.succeed(0);
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_FALSE(caller.returned());
  three.fail(1);
}

// conformance: 27
// behaviour: 51
TEST(Wait, for_the_first_exception_takes_no_cancelled_future_for_one) {
  Several three(3);
  EXPECT_TRUE(three.futures[0].cancel());
  Caller caller([&] {
    const auto [done, not_done] = wait(three.futures, ReturnWhen::first_exception);
    EXPECT_EQ(done, (Futures{three.futures[0], three.futures[1]}));
    EXPECT_EQ(not_done, Futures{three.futures[2]});
  });
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_FALSE(caller.returned());
  three.fail(1);
}

// conformance: 27
TEST(Wait, for_the_first_exception_goes_on_when_one_is_cancelled_meanwhile) {
  Several two(2);
  Caller caller([&] {
    const auto [done, not_done] = wait(two.futures, ReturnWhen::first_exception);
    EXPECT_EQ(done, two.futures);
    EXPECT_TRUE(not_done.empty());
  });
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_TRUE(two.futures[0].cancel());
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_FALSE(caller.returned());
  two.succeed(1);
}

// conformance: 161
TEST(Wait, for_the_first_exception_leaves_the_pending_ones_to_be_cancelled) {
  std::vector<Promise<int>> promises(3);
  std::vector<Future<int>> futures;
  for (const auto& promise : promises) futures.push_back(promise.get_future());
  promises[1].set_exception(std::make_exception_ptr(std::runtime_error("first")));
  const auto [done, not_done] = wait(futures, ReturnWhen::first_exception);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_TRUE(done[0].failed());
  ASSERT_EQ(not_done.size(), 2U);
  for (const auto& future : not_done) EXPECT_TRUE(future.cancel());
}

// conformance: 27, 28
// behaviour: 51
TEST(Wait, for_the_first_exception_returns_at_once_if_one_failed_before) {
  Several four(4);
  EXPECT_TRUE(four.futures[0].cancel());
  four.fail(2);
  const auto [done, not_done] = wait(four.futures, ReturnWhen::first_exception);
  EXPECT_EQ(done, (Futures{four.futures[0], four.futures[2]}));
  EXPECT_EQ(not_done, (Futures{four.futures[1], four.futures[3]}));
}

// behaviour: 51
TEST(Wait, for_the_first_exception_without_any_waits_for_all) {
  Several two(2);
  Caller caller(
      [&] { EXPECT_EQ(wait(two.futures, ReturnWhen::first_exception).done, two.futures); });
  ASSERT_TRUE(caller.until_blocked());
  two.succeed(1);
  two.succeed(0);
}

// conformance: 29
TEST(Wait, for_all_returns_successes_cancelled_and_failed_ones_in_input_order) {
  Several four(4);
  four.succeed(3);
  Caller caller([&] {
    const auto [done, not_done] = wait(four.futures);
    EXPECT_EQ(done, four.futures);
    EXPECT_TRUE(not_done.empty());
  });
  ASSERT_TRUE(caller.until_blocked());
  four.fail(2);
  EXPECT_TRUE(four.futures[0].cancel());
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_FALSE(caller.returned());
  four.succeed(1);
}

// conformance: 30
// behaviour: 52
TEST(Wait, that_runs_out_of_time_returns_the_partition_of_that_moment) {
  Several three(3);
  three.succeed(1);
  for (const auto when : {ReturnWhen::first_exception, ReturnWhen::all_completed}) {
    for (const auto limit : {0ms, -5ms, 5ms}) {
      const auto [done, not_done] = wait(three.futures, limit, when);
      EXPECT_EQ(done, Futures{three.futures[1]});
      EXPECT_EQ(not_done, (Futures{three.futures[0], three.futures[2]}));
    }
  }
  check_pending(three.futures[0]);
}

// conformance: 199
TEST(Wait, with_a_limit_of_any_size_does_not_overflow) {
  const auto waits = [](auto limit) {
    Several one(1);
    Caller caller([&] { EXPECT_EQ(wait(one.futures, limit).done.size(), 1U); });
    EXPECT_TRUE(caller.until_blocked());
    one.succeed(0);
  };
  waits(std::chrono::hours::max());
  waits(std::chrono::nanoseconds::max());
  waits(std::chrono::duration<double>(std::numeric_limits<double>::infinity()));
  Several one(1);
  EXPECT_EQ(wait(one.futures, std::chrono::hours::min()).not_done.size(), 1U);
}

// behaviour: 50
TEST(Wait, takes_any_range_of_futures_and_maps_with_futures_as_keys) {
  Several two(2);
  two.succeed(0);
  two.succeed(1);
  const Future<int>& a = two.futures[0];
  const Future<int>& b = two.futures[1];
  EXPECT_EQ(wait(std::set<Future<int>>{a, b}).done.size(), 2U);
  EXPECT_EQ(wait(std::list<Future<int>>{b, a}).done, (Futures{b, a}));
  EXPECT_EQ(wait(std::array{a, b}).done, two.futures);
  EXPECT_EQ(wait(std::span<const Future<int>>(two.futures)).done, two.futures);
  EXPECT_EQ(wait({a, b}).done, two.futures);
  EXPECT_EQ(wait(two.futures | std::views::reverse).done, (Futures{b, a}));
  EXPECT_EQ(wait(std::views::iota(0, 2) |
                 std::views::transform([&](int i) { return two.futures[static_cast<size_t>(i)]; }))
                .done,
            two.futures);
  EXPECT_EQ(wait(std::unordered_map<Future<int>, std::string>{{a, "a"}, {b, "b"}}).done.size(), 2U);
  EXPECT_EQ(wait(std::map<Future<int>, int>{{a, 1}, {b, 2}}).done.size(), 2U);
  EXPECT_EQ((wait({a, b}, 1s, ReturnWhen::first_completed).done), two.futures);
}

TEST(Wait, for_futures_of_different_types) {
  Promise<int> number;
  Promise<std::string> text;
  number.set_value(1);
  const std::vector<AnyFuture> mixed{number.get_future(), text.get_future()};
  const auto [done, not_done] = wait(mixed, 0s);
  EXPECT_EQ(done, std::vector<AnyFuture>{mixed[0]});
  EXPECT_EQ(not_done, std::vector<AnyFuture>{mixed[1]});
}

TEST(Wait, for_an_empty_handle_throws) {
  thrown<InvalidStateError>([] { (void)wait(Futures{Future<int>()}); });
}

// conformance: 24, 26, 29
EXECUTOR_TEST(WaitOnExecutor, for_the_first_the_first_failure_and_all) {
  const auto executor = TypeParam::make(2);
  Door door;
  const Future<int> stands = executor->submit(stand_at, door.path(), 7);
  door.await();
  const Future<int> good = executor->submit(add, 1, 2);
  EXPECT_EQ(wait(Futures{stands, good}, ReturnWhen::first_completed).done, Futures{good});
  const Future<int> bad = executor->submit(fail, std::string("bad"));
  EXPECT_EQ(wait(Futures{stands, good, bad}, ReturnWhen::first_exception).not_done,
            Futures{stands});
  EXPECT_EQ(wait(Futures{stands, good, bad}, 1ms).not_done, Futures{stands});
  door.open();
  EXPECT_EQ(wait(Futures{stands, good, bad}).done, (Futures{stands, good, bad}));
  EXPECT_EQ(check_failed<std::runtime_error>(bad), "bad");
}

// behaviour: 50
EXECUTOR_TEST(WaitOnExecutor, mixes_executors) {
  const auto one = TypeParam::make();
  ThreadPoolExecutor other(1);
  const Futures futures{one->submit(add, 1, 1), other.submit(add, 2, 2)};
  EXPECT_EQ(wait(futures).done, futures);
}

// A hundred tasks end at the same moment, on several threads, while one thread waits for all.
// conformance: 31
EXECUTOR_TEST(WaitOnExecutor, for_all_meets_no_race_when_a_hundred_end_together) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 20; ++round) {
    Futures futures;
    for (int i = 0; i < 100; ++i) {
      futures.push_back(executor->submit(square, i));
    }
    const auto [done, not_done] = wait(futures);
    EXPECT_EQ(done, futures);
    EXPECT_TRUE(not_done.empty());
  }
}

// conformance: 31
TEST(Wait, for_all_meets_no_race_with_threads_that_complete_and_cancel) {
  for (int round = 0; round < 2000; ++round) {
    Several four(4);
    std::latch start(3);
    std::jthread setter([&] {
      start.arrive_and_wait();
      four.succeed(0);
      if (round % 3 == 0) {
        std::this_thread::yield();
      }
      four.succeed(1);
    });
    std::jthread canceller([&] {
      start.arrive_and_wait();
      EXPECT_TRUE(four.futures[2].cancel());
      if (round % 2 == 0) {
        std::this_thread::yield();
      }
      four.succeed(3);
    });
    start.arrive_and_wait();
    EXPECT_EQ(wait(four.futures).done.size(), 4U);
  }
}

}  // namespace
}  // namespace fanout::test
