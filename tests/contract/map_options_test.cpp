// SPDX-License-Identifier: MIT
// map with options: time limit, lazily read input, completion order, bad values.
#include <algorithm>
#include <atomic>
#include <limits>
#include <ranges>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/map_results.hpp"
#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

int times_out(int n) {
  if (n == 1) {
    throw TimeoutError("of the task itself");
  }
  return n;
}

// conformance: 45, 93
// behaviour: 41, 47
EXECUTOR_TEST(MapOption, out_of_range_throws_at_the_call) {
  const auto executor = TypeParam::make();
  const auto rejected = [&](MapOptions options) {
    thrown<std::invalid_argument>([&] { executor->map(options, square, numbers(3)); });
  };
  rejected({.chunksize = 0});
  rejected({.chunksize = -1});
  rejected({.buffersize = -1});
  rejected({.buffersize = std::numeric_limits<long long>::min()});
  rejected({.timeout = std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())});
  EXPECT_EQ(all_of(executor->map({.buffersize = 0}, square, numbers(3))), squares(3));
}

// conformance: 42, 209
// behaviour: 44
EXECUTOR_TEST(MapOption, timeout_throws_at_the_late_element_cancels_the_rest_and_ends) {
  const auto executor = TypeParam::make(1);
  Door door;
  door.open(2);
  auto results = executor->map({.timeout = 300ms}, stand_at,
                               std::vector<std::string>(6, door.path()), numbers(6));
  std::vector<int> seen;
  thrown<TimeoutError>([&] {
    for (const int value : results) {
      seen.push_back(value);
    }
  });
  EXPECT_EQ(seen, numbers(2));
  EXPECT_TRUE(results.begin() == results.end());
  EXPECT_EQ(all_of(results), std::vector<int>{});
  door.open(4);
  executor->shutdown();
  door.await(3);  // two that passed and the one that stood there
  EXPECT_EQ(door.unawaited(), 0);
}

// conformance: 65
EXECUTOR_TEST(MapOption, timeout_zero_on_a_busy_pool_cancels_everything) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  Door never;
  auto results = executor->map({.timeout = 0s}, stand_at, std::vector<std::string>(6, never.path()),
                               numbers(6));
  thrown<TimeoutError>([&] { all_of(results); });
  door.open();
  executor->shutdown();
  EXPECT_EQ(never.unawaited(), 0);
}

// conformance: 150
EXECUTOR_TEST(MapOption, timeout_that_does_not_pass_yields_everything) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(all_of(executor->map({.timeout = 1h}, square, numbers(20))), squares(20));
  EXPECT_EQ(
      all_of(executor->map({.timeout = std::chrono::duration<double>::max()}, square, numbers(20))),
      squares(20));
}

// What is done is yielded even if the time has passed since.
// behaviour: 44
EXECUTOR_TEST(MapOption, timeout_does_not_take_back_what_is_done) {
  const auto executor = TypeParam::make();
  auto results = executor->map({.timeout = 1h}, square, numbers(3));
  executor->shutdown();
  EXPECT_EQ(all_of(results), squares(3));
}

// conformance: 41
// behaviour: 44
EXECUTOR_TEST(MapOption, timeout_error_thrown_by_the_task_is_only_that_elements) {
  const auto executor = TypeParam::make();
  for (const auto& options : {MapOptions{}, MapOptions{.timeout = 1h}}) {
    auto results = executor->map(options, times_out, numbers(4));
    std::vector<int> seen;
    std::string text;
    for (auto it = results.begin(); it != results.end(); ++it) {
      try {
        seen.push_back(*it);
      } catch (const TimeoutError& error) {
        text = error.what();
      }
    }
    EXPECT_EQ(text, "of the task itself");
    EXPECT_EQ(seen, (std::vector{0, 2, 3}));
  }
}

// conformance: 46, 149
EXECUTOR_TEST(MapOption, buffersize_and_chunksize_of_any_size_give_the_same) {
  const auto executor = TypeParam::make();
  for (const int buffersize : {0, 1, 2, 3, 9, 10, 11, 1000}) {
    for (const int chunksize : {1, 3, 10, 11}) {
      EXPECT_EQ(all_of(executor->map({.chunksize = chunksize, .buffersize = buffersize}, square,
                                     numbers(10))),
                squares(10));
    }
  }
}

// conformance: 47
EXECUTOR_TEST(MapOption, buffersize_works_with_several_ranges) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(all_of(executor->map({.buffersize = 2}, add, numbers(5), std::vector{10, 20, 30, 40})),
            (std::vector{10, 21, 32, 43}));
}

// conformance: 48, 49
// behaviour: 41
EXECUTOR_TEST(MapOption, buffersize_allows_endless_input) {
  const auto executor = TypeParam::make();
  auto endless = executor->map({.buffersize = 4}, square, std::views::iota(0));
  EXPECT_EQ(all_of(endless | std::views::take(6)), squares(6));
  auto two = executor->map({.buffersize = 4}, add, std::views::iota(0), std::views::iota(100));
  EXPECT_EQ(all_of(two | std::views::take(3)), (std::vector{100, 102, 104}));
}

// conformance: 53
EXECUTOR_TEST(MapOption, buffersize_and_timeout_may_be_given_together) {
  const auto executor = TypeParam::make(1);
  EXPECT_EQ(all_of(executor->map({.timeout = 1h, .buffersize = 2}, square, numbers(8))),
            squares(8));
  Door door;
  const auto standing = occupy(*executor, door, 1);
  auto results = executor->map({.timeout = 2ms, .buffersize = 2}, square, std::views::iota(0));
  thrown<TimeoutError>([&] { all_of(results); });
  EXPECT_TRUE(results.begin() == results.end());
  door.open();
}

// conformance: 148
EXECUTOR_TEST(MapOption, unordered_yields_by_completion) {
  const auto executor = TypeParam::make(2);
  Door slow, quick;
  quick.open(2);
  auto results =
      executor->map({.ordered = false}, stand_at,
                    std::vector{slow.path(), quick.path(), quick.path()}, std::vector{0, 1, 2});
  std::vector<int> seen;
  for (const int value : results) {
    seen.push_back(value);
    if (seen.size() == 2) {
      EXPECT_EQ(std::set(seen.begin(), seen.end()), (std::set{1, 2}));
      slow.open();
    }
  }
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen.back(), 0);
}

// conformance: 148
EXECUTOR_TEST(MapOption, unordered_has_every_elements_own_outcome) {
  const auto executor = TypeParam::make();
  for (const int chunksize : {1, 3}) {
    auto results =
        executor->map({.chunksize = chunksize, .ordered = false}, square_unless_three, numbers(8));
    std::multiset<int> seen;
    int failures = 0;
    for (auto it = results.begin(); it != results.end(); ++it) {
      try {
        seen.insert(*it);
      } catch (const std::out_of_range&) {
        ++failures;
      }
    }
    EXPECT_EQ(failures, 1);
    EXPECT_EQ(seen, (std::multiset{0, 1, 4, 16, 25, 36, 49}));
  }
}

// conformance: 148
EXECUTOR_TEST(MapOption, unordered_with_a_timeout_yields_what_is_done_before_it_throws) {
  const auto executor = TypeParam::make(2);
  Door door;
  auto results = executor->map({.timeout = 200ms, .ordered = false}, stand_at,
                               std::vector<std::string>(3, door.path()), numbers(3));
  door.open(1);
  std::vector<int> seen;
  thrown<TimeoutError>([&] {
    for (const int value : results) {
      seen.push_back(value);
    }
  });
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_TRUE(results.begin() == results.end());
  door.open(2);
}

// conformance: 52
// behaviour: 41
IN_PROCESS_TEST(MapOptionInProcess, buffersize_is_never_exceeded) {
  const auto executor = TypeParam::make();
  for (const int buffersize : {1, 2, 5}) {
    for (const bool ordered : {true, false}) {
      int fetched = 0;
      auto input = std::views::iota(0, 20) | std::views::transform([&](int i) {
                     ++fetched;
                     return i;
                   });
      auto results = executor->map({.buffersize = buffersize, .ordered = ordered}, square, input);
      EXPECT_EQ(fetched, buffersize);
      int read = 0;
      for (auto it = results.begin(); it != results.end(); ++it) {
        EXPECT_LE(fetched, read + buffersize);
        (void)*it;
        ++read;
        EXPECT_LE(fetched, read + buffersize);
      }
      EXPECT_EQ(read, 20);
      EXPECT_EQ(fetched, 20);
    }
  }
}

// conformance: 53
IN_PROCESS_TEST(MapOptionInProcess, buffersize_lets_one_more_run_for_each_that_is_read) {
  const auto executor = TypeParam::make();
  std::atomic<int> ran = 0;
  auto results =
      executor->map({.buffersize = 3}, [&](int n) { return ++ran, n; }, std::views::iota(0));
  auto it = results.begin();
  ASSERT_TRUE(eventually([&] { return ran == 3; }));
  for (int read = 1; read < 10; ++read) {
    EXPECT_EQ(*it, read - 1);
    ++it;
    ASSERT_TRUE(eventually([&] { return ran == 3 + read; }));
  }
}

// behaviour: 48
IN_PROCESS_TEST(MapOptionInProcess, buffersize_with_the_executor_gone_drains_what_is_in_flight) {
  auto executor = TypeParam::make();
  auto results = executor->map({.buffersize = 3}, square, std::views::iota(0));
  executor.reset();
  std::vector<int> seen;
  thrown<ShutdownError>([&] {
    for (const int value : results) {
      seen.push_back(value);
    }
  });
  EXPECT_EQ(seen, squares(3));
}

// behaviour: 48
IN_PROCESS_TEST(MapOptionInProcess,
                buffersize_with_the_executor_gone_ends_well_if_no_input_remains) {
  auto executor = TypeParam::make();
  auto results = executor->map({.buffersize = 3}, square, numbers(3));
  executor.reset();
  EXPECT_EQ(all_of(results), squares(3));
}

// conformance: 181
IN_PROCESS_TEST(MapOptionInProcess, buffersize_with_input_that_throws_throws_when_it_is_read) {
  const auto executor = TypeParam::make();
  auto input = std::views::iota(0, 10) | std::views::transform([](int i) {
                 if (i == 5) {
                   throw std::out_of_range("input");
                 }
                 return i;
               });
  auto results = executor->map({.buffersize = 2}, square, input);
  std::vector<int> seen;
  EXPECT_EQ(thrown<std::out_of_range>([&] {
              for (const int value : results) {
                seen.push_back(value);
              }
            }),
            "input");
  // Those before it were submitted, and those that were read are right.
  EXPECT_TRUE(std::ranges::equal(seen, squares(static_cast<int>(seen.size()))));
  EXPECT_GE(seen.size(), 3U);
  EXPECT_EQ(executor->submit(square, 3).result(), 9);
}

}  // namespace
}  // namespace fanout::test
