// SPDX-License-Identifier: MIT
// as_completed: every future once, as they finish.
#include <chrono>
#include <map>
#include <memory>
#include <ranges>
#include <set>
#include <string>
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

template <class Range>
Futures all_of(Range&& range) {
  Futures seen;
  for (auto future : range) {
    seen.push_back(future);
  }
  return seen;
}

TEST(AsCompleted, of_nothing_ends_at_once) {
  EXPECT_EQ(all_of(as_completed(Futures{})), Futures{});
}

// conformance: 32
// behaviour: 54
TEST(AsCompleted, yields_what_is_finished_already_first_in_input_order_then_by_completion) {
  Several five(5);
  five.promises[3].set_value(3);
  EXPECT_TRUE(five.futures[1].cancel());
  auto completions = as_completed(five.futures);
  auto at = completions.begin();
  EXPECT_EQ(*at, five.futures[1]);
  ++at;
  EXPECT_EQ(*at, five.futures[3]);
  for (const std::size_t i : {4U, 0U, 2U}) {
    five.promises[i].set_value(0);
    ++at;
    EXPECT_EQ(*at, five.futures[i]);
  }
  ++at;
  EXPECT_TRUE(at == completions.end());
}

// conformance: 32
TEST(AsCompleted, wakes_a_blocked_reader_at_each_completion) {
  Several three(3);
  Futures seen;
  Caller caller([&] { seen = all_of(as_completed(three.futures)); });
  for (const std::size_t i : {2U, 0U, 1U}) {
    ASSERT_TRUE(caller.until_blocked());
    three.promises[i].set_value(0);
  }
  caller.join();
  EXPECT_EQ(seen, (Futures{three.futures[2], three.futures[0], three.futures[1]}));
}

// conformance: 33
TEST(AsCompleted, that_runs_out_of_time_yields_the_finished_ones_before_it_throws) {
  for (const auto limit : {0ms, -1ms, 5ms}) {
    Several three(3);
    three.promises[2].set_value(2);
    Futures seen;
    thrown<TimeoutError>([&] {
      for (auto future : as_completed(three.futures, limit)) {
        seen.push_back(future);
      }
    });
    EXPECT_EQ(seen, Futures{three.futures[2]});
    check_pending(three.futures[0]);
  }
}

// conformance: 36
// behaviour: 55
TEST(AsCompleted, says_how_many_were_unfinished_when_it_ran_out_of_time) {
  Several four(4);
  four.promises[0].set_value(0);
  EXPECT_TRUE(four.futures[1].cancel());
  EXPECT_EQ(thrown<TimeoutError>([&] { all_of(as_completed(four.futures, 0s)); }),
            "2 (of 4) futures unfinished");
  Several three(3);
  three.promises[0].set_value(0);
  three.promises[1].set_value(0);
  EXPECT_EQ(thrown<TimeoutError>([&] { all_of(as_completed(three.futures, 1ms)); }),
            "1 (of 3) futures unfinished");
}

// behaviour: 56
TEST(AsCompleted, starts_its_clock_at_the_call) {
  using Clock = std::chrono::steady_clock;
  const auto limit = 500ms;
  Several two(2);
  auto completions = as_completed(two.futures, limit);
  const auto past = Clock::now() + limit;
  two.promises[1].set_value(1);
  ASSERT_TRUE(eventually([&] { return Clock::now() > past; }));
  // A clock that started at the first read would make this read last as long as the limit.
  const auto read = Clock::now();
  Futures seen;
  thrown<TimeoutError>([&] {
    for (auto future : completions) {
      seen.push_back(future);
    }
  });
  EXPECT_LT(Clock::now() - read, limit);
  EXPECT_EQ(seen, Futures{two.futures[1]});  // done in time, though read late
}

// conformance: 35
// behaviour: 56
TEST(AsCompleted, has_the_order_of_completions_made_before_it_is_first_read) {
  Several three(3);
  auto completions = as_completed(three.futures);
  for (const std::size_t i : {1U, 2U, 0U}) {
    three.promises[i].set_value(0);
  }
  EXPECT_EQ(all_of(completions), (Futures{three.futures[1], three.futures[2], three.futures[0]}));
}

// conformance: 34
// behaviour: 54, 58
TEST(AsCompleted, takes_any_range_and_yields_repeated_handles_once) {
  Several two(2);
  two.promises[0].set_value(0);
  two.promises[1].set_value(1);
  const Future<int>& a = two.futures[0];
  const Future<int>& b = two.futures[1];
  EXPECT_EQ(all_of(as_completed(Futures{a, b, a, b, b})), two.futures);
  EXPECT_EQ(all_of(as_completed({b, a, b})), (Futures{b, a}));
  EXPECT_EQ(all_of(as_completed(std::set<Future<int>>{a, b})).size(), 2U);
  EXPECT_EQ(all_of(as_completed(std::map<Future<int>, int>{{a, 1}, {b, 2}})).size(), 2U);
  const std::unordered_map<Future<int>, std::string> named{{a, "a"}, {b, "b"}};
  EXPECT_EQ(all_of(as_completed(named)).size(), 2U);
  auto lazy = std::views::iota(0, 4) | std::views::transform([&](int i) {
                return two.futures[static_cast<std::size_t>(i % 2)];
              });
  EXPECT_EQ(all_of(as_completed(lazy)), two.futures);
}

// behaviour: 58
TEST(AsCompleted, grows_while_it_is_consumed) {
  Several three(3);
  three.promises[0].set_value(0);
  auto completions = as_completed(Futures{three.futures[0]});
  Futures seen;
  for (auto future : completions) {
    seen.push_back(future);
    if (seen.size() == 1) {
      completions.add(three.futures[1]);
      completions.add(Futures{three.futures[2], three.futures[1]});  // one of them again
      three.promises[2].set_value(2);
      three.promises[1].set_value(1);
    }
  }
  EXPECT_EQ(seen, (Futures{three.futures[0], three.futures[2], three.futures[1]}));
}

TEST(AsCompleted, yields_futures_of_different_types) {
  Promise<int> number;
  Promise<std::string> text;
  const std::vector<AnyFuture> mixed{number.get_future(), text.get_future()};
  text.set_value("text");
  number.set_value(1);
  std::size_t seen = 0;
  for (const AnyFuture& future : as_completed(mixed)) {
    EXPECT_TRUE(future.done());
    ++seen;
  }
  EXPECT_EQ(seen, 2U);
}

TEST(AsCompleted, is_a_move_only_input_range) {
  using Range = decltype(as_completed(std::declval<Futures&>()));
  static_assert(std::ranges::input_range<Range>);
  static_assert(std::movable<Range> && !std::copyable<Range>);
  Several one(1);
  auto first = as_completed(one.futures);
  auto second = std::move(first);
  one.promises[0].set_value(0);
  EXPECT_EQ(all_of(second), one.futures);
}

// conformance: 209
// behaviour: 57
TEST(AsCompleted, left_early_leaves_no_trace_at_the_futures) {
  Several two(2);
  two.promises[0].set_value(0);
  for (auto future : as_completed(two.futures)) {
    EXPECT_EQ(future, two.futures[0]);
    break;
  }
  two.promises[1].set_value(1);  // nobody listens; under a sanitizer a dangling listener shows
  EXPECT_EQ(two.futures[1].result(), 1);
}

// conformance: 35
// behaviour: 46, 57
TEST(AsCompleted, keeps_no_handle_of_a_future_that_was_read) {
  std::vector<std::weak_ptr<int>> values;
  std::vector<Future<std::shared_ptr<int>>> futures;
  for (int i = 0; i < 3; ++i) {
    auto value = std::make_shared<int>(i);
    values.push_back(value);
    Promise<std::shared_ptr<int>> promise;
    promise.set_value(std::move(value));
    futures.push_back(promise.get_future());
  }
  auto completions = as_completed(futures);
  futures.clear();
  auto at = completions.begin();
  for (const auto& value : values) {
    EXPECT_FALSE(value.expired());
    ++at;
    EXPECT_TRUE(value.expired());
  }
  EXPECT_TRUE(at == completions.end());
}

TEST(AsCompleted, of_an_empty_handle_throws) {
  thrown<InvalidStateError>([] { (void)as_completed(Futures{Future<int>()}); });
}

// conformance: 32, 210
EXECUTOR_TEST(AsCompletedOnExecutor, yields_each_once_whatever_became_of_it) {
  const auto executor = TypeParam::make();
  Futures futures;
  for (int i = 0; i < 100; ++i) {
    futures.push_back(executor->submit(square_unless_three, i % 10));
  }
  futures[50].cancel();
  const Futures seen = all_of(as_completed(futures));
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(std::set(seen.begin(), seen.end()), std::set(futures.begin(), futures.end()));
  for (const auto& future : seen) {
    EXPECT_TRUE(future.done());
    (void)(future.cancelled() ? nullptr : future.exception());
  }
}

EXECUTOR_TEST(AsCompletedOnExecutor, yields_the_quick_one_while_the_slow_one_runs) {
  const auto executor = TypeParam::make(2);
  Door door;
  const Future<int> slow = executor->submit(stand_at, door.path(), 1);
  door.await();
  const Future<int> quick = executor->submit(add, 1, 1);
  Futures seen;
  for (auto future : as_completed({slow, quick})) {
    seen.push_back(future);
    if (future == quick) {
      door.open();
    }
  }
  EXPECT_EQ(seen, (Futures{quick, slow}));
}

// A worklist: each completed task may add further ones.
// behaviour: 58
EXECUTOR_TEST(AsCompletedOnExecutor, serves_a_worklist_that_grows) {
  const auto executor = TypeParam::make();
  auto completions = as_completed(Futures{executor->submit(add, 8, 0)});
  int leaves = 0;
  for (auto future : completions) {
    const int size = future.result();
    if (size == 1) {
      ++leaves;
    } else {
      completions.add(executor->submit(add, size / 2, 0));
      completions.add(Futures{executor->submit(add, size - size / 2, 0)});
    }
  }
  EXPECT_EQ(leaves, 8);
}

}  // namespace
}  // namespace fanout::test
