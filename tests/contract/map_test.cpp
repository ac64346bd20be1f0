// SPDX-License-Identifier: MIT
// map: results in input order, from any ranges, with every element's own outcome.
#include <algorithm>
#include <atomic>
#include <forward_list>
#include <list>
#include <memory>
#include <ranges>
#include <sstream>
#include <string>
#include <thread>
#include <variant>
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

// conformance: 39
// behaviour: 42
EXECUTOR_TEST(Map, equals_std_transform) {
  const auto executor = TypeParam::make();
  for (const int count : {0, 1, 2, 10, 100}) {
    EXPECT_EQ(all_of(executor->map(square, numbers(count))), squares(count));
  }
}

// conformance: 39
// behaviour: 47
EXECUTOR_TEST(Map, gives_the_same_in_chunks_of_any_size) {
  const auto executor = TypeParam::make();
  for (const int chunksize : {1, 2, 3, 7, 50, 1000}) {
    EXPECT_EQ(all_of(executor->map({.chunksize = chunksize}, square, numbers(50))), squares(50));
  }
}

// behaviour: 40
EXECUTOR_TEST(Map, of_several_ranges_is_as_long_as_the_shortest) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(all_of(executor->map(add, std::vector{1, 2, 3}, std::vector{10, 20})),
            (std::vector{11, 22}));
  EXPECT_EQ(all_of(executor->map(add, std::vector{1}, std::vector{10, 20, 30})), std::vector{11});
  EXPECT_EQ(all_of(executor->map(add, std::vector{1, 2}, std::vector<int>{})), std::vector<int>{});
}

// conformance: 50
EXECUTOR_TEST(Map, of_nothing_is_empty) {
  const auto executor = TypeParam::make();
  auto results = executor->map(square, std::vector<int>{});
  EXPECT_TRUE(results.begin() == results.end());
  EXPECT_EQ(all_of(executor->map({.buffersize = 3}, square, std::vector<int>{})),
            std::vector<int>{});
}

EXECUTOR_TEST(Map, is_a_move_only_input_range) {
  const auto executor = TypeParam::make();
  auto results = executor->map(square, numbers(4));
  using Results = decltype(results);
  static_assert(std::ranges::input_range<Results>);
  static_assert(std::movable<Results> && !std::copyable<Results>);
  auto moved = std::move(results);
  EXPECT_EQ(all_of(moved), squares(4));
}

EXECUTOR_TEST(Map, feeds_views_of_the_standard) {
  const auto executor = TypeParam::make();
  auto results = executor->map(square, numbers(10));
  EXPECT_EQ(all_of(results | std::views::take(5) | std::views::transform([](int n) { return -n; })),
            (std::vector{0, -1, -4, -9, -16}));
}

// conformance: 40
// behaviour: 43
EXECUTOR_TEST(Map, throws_at_the_place_of_the_element_and_goes_on) {
  const auto executor = TypeParam::make();
  for (const int chunksize : {1, 4}) {
    auto results = executor->map({.chunksize = chunksize}, square_unless_three, numbers(6));
    std::vector<int> seen;
    int failures = 0;
    for (auto it = results.begin(); it != results.end(); ++it) {
      try {
        seen.push_back(*it);
      } catch (const std::out_of_range& error) {
        EXPECT_STREQ(error.what(), "three");
        EXPECT_EQ(seen.size(), 3U);
        ++failures;
      }
    }
    EXPECT_EQ(failures, 1);
    EXPECT_EQ(seen, (std::vector{0, 1, 4, 16, 25}));
    EXPECT_TRUE(results.begin() == results.end());  // ended, and stays so
  }
}

EXECUTOR_TEST(Map, of_a_void_function_yields_monostates) {
  const auto executor = TypeParam::make();
  auto results = executor->map(nothing, numbers(3));
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(*results.begin())>, std::monostate>);
  EXPECT_EQ(all_of(results).size(), 3U);
}

// conformance: 59
// behaviour: 41, 45
EXECUTOR_TEST(Map, that_is_never_read_runs_everything) {
  const auto executor = TypeParam::make();
  Door door;
  executor->map(stand_at, std::vector<std::string>(5, door.path()), numbers(5));
  door.open(5);
  executor->shutdown();
  door.await(5);  // would hang if one had not run
}

// conformance: 43
// behaviour: 45
EXECUTOR_TEST(Map, left_early_cancels_what_has_not_started) {
  const auto executor = TypeParam::make(1);
  Door door;
  door.open();  // the first passes
  {
    auto results = executor->map(stand_at, std::vector<std::string>(20, door.path()), numbers(20));
    EXPECT_EQ(*results.begin(), 0);
    door.await(2);  // and the second stands there
  }
  door.open(19);
  executor->shutdown();
  EXPECT_EQ(door.unawaited(), 0);
}

// behaviour: 37
EXECUTOR_TEST(Map, results_outlive_the_executor) {
  auto executor = TypeParam::make();
  auto results = executor->map(square, numbers(10));
  executor.reset();
  EXPECT_EQ(all_of(results), squares(10));
}

// conformance: 54
EXECUTOR_TEST(Map, of_one_more_than_there_are_workers_then_shutdown_ends) {
  for (int round = 0; round < 20; ++round) {
    const auto executor = TypeParam::make(2);
    auto results = executor->map(square, numbers(3));
    executor->shutdown();
    EXPECT_EQ(all_of(results), squares(3));
  }
}

// behaviour: 33
EXECUTOR_TEST(Map, after_shutdown_throws) {
  const auto executor = TypeParam::make();
  executor->shutdown();
  EXPECT_EQ(thrown<ShutdownError>([&] { executor->map(square, numbers(3)); }),
            "cannot schedule new futures after shutdown");
}

// behaviour: 41
IN_PROCESS_TEST(MapInProcess, has_submitted_everything_when_it_returns) {
  const auto executor = TypeParam::make(1);
  Gate gate;
  std::atomic<int> copies_read = 0;
  auto input = std::views::iota(0, 20) | std::views::transform([&](int i) {
                 ++copies_read;
                 return i;
               });
  auto results = executor->map(
      [&](int n) {
        gate.pass();
        return n;
      },
      input);
  EXPECT_EQ(copies_read, 20);
  gate.open();
  EXPECT_EQ(all_of(results), numbers(20));
}

// behaviour: 49
IN_PROCESS_TEST(MapInProcess, reads_its_input_on_the_calling_thread_only) {
  const auto executor = TypeParam::make();
  const auto caller = std::this_thread::get_id();
  for (const int buffersize : {0, 2}) {
    auto input = std::views::iota(0, 20) | std::views::transform([&](int i) {
                   EXPECT_EQ(std::this_thread::get_id(), caller);
                   return i;
                 });
    EXPECT_EQ(all_of(executor->map({.buffersize = buffersize}, square, input)), squares(20));
  }
}

// conformance: 147
IN_PROCESS_TEST(MapInProcess, takes_ranges_of_every_kind) {
  const auto executor = TypeParam::make();
  const std::list<int> list{0, 1, 2};
  EXPECT_EQ(all_of(executor->map(square, list)), squares(3));
  EXPECT_EQ(all_of(executor->map(square, std::forward_list<int>{0, 1, 2})), squares(3));
  EXPECT_EQ(all_of(executor->map(square, std::views::iota(0, 3))), squares(3));
  std::istringstream text("0 1 2");
  EXPECT_EQ(all_of(executor->map(square, std::views::istream<int>(text))), squares(3));
  int array[] = {0, 1, 2};
  EXPECT_EQ(all_of(executor->map(square, array)), squares(3));
  const std::vector<bool> bits{true, false};
  EXPECT_EQ(all_of(executor->map([](bool bit) { return bit ? 1 : 0; }, bits)), (std::vector{1, 0}));
  EXPECT_EQ(all_of(executor->map([](char c) { return std::string(2, c); }, std::string("ab"))),
            (std::vector<std::string>{"aa", "bb"}));
}

// A range may end at an element that only its reading finds.
// conformance: 147
IN_PROCESS_TEST(MapInProcess, reads_a_one_pass_input_once) {
  const auto executor = TypeParam::make();
  std::istringstream text("1 2 3 end");
  EXPECT_EQ(all_of(executor->map(square, std::views::istream<int>(text))), (std::vector{1, 4, 9}));
}

IN_PROCESS_TEST(MapInProcess, moves_elements_out_to_the_reader) {
  const auto executor = TypeParam::make();
  auto pointers = executor->map([](int n) { return std::make_unique<int>(n); }, numbers(3));
  int expected = 0;
  for (std::unique_ptr<int> pointer : pointers) {
    EXPECT_EQ(*pointer, expected++);
  }
  EXPECT_EQ(expected, 3);
}

// conformance: 57
// behaviour: 46
IN_PROCESS_TEST(MapInProcess, keeps_no_result_that_was_read) {
  const auto executor = TypeParam::make();
  auto results = executor->map([](int n) { return std::make_shared<int>(n); }, numbers(3));
  for (auto it = results.begin(); it != results.end(); ++it) {
    const std::shared_ptr<int> value = *it;
    EXPECT_EQ(value.use_count(), 1);
  }
}

IN_PROCESS_TEST(MapInProcess, takes_a_function_object_that_can_only_be_moved) {
  const auto executor = TypeParam::make();
  auto results =
      executor->map([base = std::make_unique<int>(100)](int n) { return *base + n; }, numbers(3));
  EXPECT_EQ(all_of(results), (std::vector{100, 101, 102}));
}

IN_PROCESS_TEST(MapInProcess, yields_references) {
  const auto executor = TypeParam::make();
  std::vector<int> cells{1, 2, 3};
  auto results =
      executor->map([&](int i) -> int& { return cells[static_cast<std::size_t>(i)]; }, numbers(3));
  for (int& cell : results) {
    cell *= 10;
  }
  EXPECT_EQ(cells, (std::vector{10, 20, 30}));
}

// conformance: 181
IN_PROCESS_TEST(MapInProcess, whose_input_throws_throws_at_once_and_leaves_the_pool_alone) {
  const auto executor = TypeParam::make();
  auto input = std::views::iota(0, 10) | std::views::transform([](int i) {
                 if (i == 5) {
                   throw std::out_of_range("input");
                 }
                 return i;
               });
  EXPECT_EQ(thrown<std::out_of_range>([&] { executor->map(square, input); }), "input");
  EXPECT_EQ(executor->submit(square, 3).result(), 9);
}

// behaviour: 45
IN_PROCESS_TEST(MapInProcess, can_be_closed_by_hand) {
  const auto executor = TypeParam::make(1);
  std::atomic<int> ran = 0;
  Gate gate;
  auto results = executor->map(
      [&](int n) {
        ++ran;
        if (n > 0) {
          gate.pass();
        }
        return n;
      },
      numbers(20));
  EXPECT_EQ(*results.begin(), 0);
  ASSERT_TRUE(eventually([&] { return ran == 2; }));
  results.close();
  EXPECT_TRUE(results.begin() == results.end());
  gate.open();
  executor->shutdown();
  EXPECT_EQ(ran, 2);
}

}  // namespace
}  // namespace fanout::test
