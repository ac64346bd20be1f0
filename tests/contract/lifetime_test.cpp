// SPDX-License-Identifier: MIT
// When captures, arguments and results live and die, and how often they are copied.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
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

// Counts its copies and moves, in whichever thread they are made.
struct Counts {
  std::atomic<int> copies = 0, moves = 0, alive = 0;
};
struct Counted {
  static inline Counts counts;
  static void reset() {
    counts.copies = 0;
    counts.moves = 0;
    EXPECT_EQ(counts.alive, 0);
  }

  Counted() { ++counts.alive; }
  Counted(const Counted&) {
    ++counts.alive;
    ++counts.copies;
  }
  Counted(Counted&&) noexcept {
    ++counts.alive;
    ++counts.moves;
  }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) noexcept = default;
  ~Counted() { --counts.alive; }
};

// behaviour: 24
IN_PROCESS_TEST(Lifetime, of_captures_and_arguments_ends_before_result_returns) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 500; ++round) {
    auto capture = std::make_shared<int>(1);
    auto argument = std::make_shared<int>(2);
    const std::weak_ptr<int> watch_capture = capture, watch_argument = argument;
    const auto future =
        executor->submit([capture = std::move(capture)](
                             const std::shared_ptr<int>& given) { return *capture + *given; },
                         std::move(argument));
    EXPECT_EQ(future.result(), 3);
    EXPECT_TRUE(watch_capture.expired());
    EXPECT_TRUE(watch_argument.expired());
  }
}

// behaviour: 24
IN_PROCESS_TEST(Lifetime,
                of_captures_ends_before_a_failure_and_before_callbacks_and_waiters_see_it) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 300; ++round) {
    auto capture = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = capture;
    Gate called;
    const auto future = executor->submit(
        [capture = std::move(capture)] { throw std::out_of_range(std::to_string(*capture)); });
    future.add_done_callback([&](const auto&) {
      EXPECT_TRUE(watch.expired());
      called.open();
    });
    (void)wait({future});
    EXPECT_TRUE(watch.expired());
    EXPECT_EQ(check_failed<std::out_of_range>(future), "1");
    called.pass();
  }
}

// A capture whose destructor refers to something local is the classic victim of late destruction.
// behaviour: 24
IN_PROCESS_TEST(Lifetime, of_captures_may_end_in_destructors_that_use_what_waits_for_the_result) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 300; ++round) {
    struct Notes {
      std::vector<int>* log;
      Notes(std::vector<int>* to) : log(to) {}
      Notes(Notes&& other) noexcept : log(std::exchange(other.log, nullptr)) {}
      ~Notes() {
        if (log != nullptr) {
          log->push_back(2);
        }
      }
    };
    std::vector<int> log;
    executor->submit([notes = Notes(&log)] { notes.log->push_back(1); }).result();
    EXPECT_EQ(log, (std::vector{1, 2}));  // under a sanitizer: no race with the worker
  }
}

// behaviour: 13
IN_PROCESS_TEST(Lifetime, of_cancelled_captures_ends_at_once) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const auto capture = std::make_shared<int>(1);
  const auto argument = std::make_shared<int>(2);
  std::vector<Future<void>> futures;
  for (int i = 0; i < 50; ++i) {
    futures.push_back(executor->submit([capture](const std::shared_ptr<int>&) {}, argument));
  }
  EXPECT_GE(capture.use_count(), 51);
  for (const auto& future : futures) {
    EXPECT_TRUE(future.cancel());
  }
  EXPECT_EQ(capture.use_count(), 1);
  EXPECT_EQ(argument.use_count(), 1);
  door.open();
}

// behaviour: 13, 35
IN_PROCESS_TEST(Lifetime, of_captures_cancelled_by_shutdown_ends_at_once) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  const auto capture = std::make_shared<int>(1);
  std::vector<Future<void>> futures;
  for (int i = 0; i < 50; ++i) {
    futures.push_back(executor->submit([capture] {}));
  }
  executor->shutdown({.wait = false, .cancel_futures = true});
  EXPECT_EQ(capture.use_count(), 1);
  door.open();
}

// behaviour: 8
IN_PROCESS_TEST(Lifetime, of_a_future_may_end_before_its_task_which_runs_all_the_same) {
  std::atomic<int> ran = 0;
  {
    const auto executor = TypeParam::make(1);
    Door door;
    const auto standing = occupy(*executor, door, 1);
    for (int i = 0; i < 20; ++i) {
      const auto dropped = executor->submit([&ran] { ++ran; });  // neither waits nor cancels
    }
    EXPECT_EQ(ran, 0);
    door.open();
  }
  EXPECT_EQ(ran, 20);
}

IN_PROCESS_TEST(Lifetime, of_a_result_ends_with_the_last_handle) {
  const auto executor = TypeParam::make();
  std::weak_ptr<int> watch;
  {
    auto future = executor->submit([] { return std::make_shared<int>(1); });
    watch = future.result();
    auto copy = future;
    future = {};
    EXPECT_FALSE(watch.expired());
  }
  // The worker's own handle may go a moment later.
  EXPECT_TRUE(eventually([&] { return watch.expired(); }));
}

// A result is made once, in its place, and is not copied on its way to the reader.
IN_PROCESS_TEST(Lifetime, of_a_result_knows_no_copies) {
  const auto executor = TypeParam::make();
  Counted::reset();
  {
    const auto future = executor->submit([] { return Counted(); });
    (void)future.result();
    EXPECT_EQ(Counted::counts.copies, 0);
    EXPECT_LE(Counted::counts.moves, 1);
  }
  EXPECT_TRUE(eventually([&] { return Counted::counts.alive == 0; }));
  Counted::reset();
  {
    const Counted value = executor->submit([] { return Counted(); }).result();
    (void)value;
    EXPECT_EQ(Counted::counts.copies, 0);  // the worker's own reference does not count
    EXPECT_LE(Counted::counts.moves, 2);
  }
  EXPECT_TRUE(eventually([&] { return Counted::counts.alive == 0; }));
}

IN_PROCESS_TEST(Lifetime,
                of_a_temporary_futures_result_is_never_copied_while_nobody_else_holds_it) {
  const auto executor = TypeParam::make();
  for (int round = 0; round < 2000; ++round) {
    Counted::counts.copies = 0;
    const Counted value = executor->submit([] { return Counted(); }).result();
    (void)value;
    ASSERT_EQ(Counted::counts.copies, 0) << "in round " << round;
  }
}

IN_PROCESS_TEST(Lifetime, of_an_argument_knows_one_copy_of_an_lvalue_and_none_of_an_rvalue) {
  const auto executor = TypeParam::make();
  Counted::reset();
  {
    const Counted lvalue;
    executor->submit([](const Counted&) {}, lvalue).result();
    EXPECT_EQ(Counted::counts.copies, 1);
    executor->submit([](const Counted&) {}, Counted()).result();
    EXPECT_EQ(Counted::counts.copies, 1);
    executor->submit([](Counted) {}, Counted()).result();  // moved into its parameter
    EXPECT_EQ(Counted::counts.copies, 1);
    executor->submit([](const Counted&) {}, std::cref(lvalue)).result();
    EXPECT_EQ(Counted::counts.copies, 1);
  }
  EXPECT_TRUE(eventually([&] { return Counted::counts.alive == 0; }));
}

IN_PROCESS_TEST(Lifetime, of_map_elements_knows_no_copies) {
  const auto executor = TypeParam::make();
  Counted::reset();
  {
    int read = 0;
    for (const Counted& value : executor->map([](int) { return Counted(); }, numbers(10))) {
      (void)value;
      ++read;
    }
    EXPECT_EQ(read, 10);
    EXPECT_EQ(Counted::counts.copies, 0);
  }
  EXPECT_TRUE(eventually([&] { return Counted::counts.alive == 0; }));
}

// behaviour: 13, 24
IN_PROCESS_TEST(Lifetime, of_everything_ends_in_any_order_of_dropping_pool_future_and_promise) {
  Counted::reset();
  for (int order = 0; order < 6; ++order) {
    auto executor = TypeParam::make();
    auto future = executor->submit([held = Counted()] { return Counted(); });
    auto callback_holds = std::make_shared<Counted>();
    future.add_done_callback([callback_holds](const auto&) {});
    callback_holds.reset();
    if (order % 2 == 0) {
      future = {};
    }
    if (order % 3 == 0) {
      future = {};
      executor->shutdown({.cancel_futures = true});
    }
    executor.reset();
    future = {};
    EXPECT_EQ(Counted::counts.alive, 0);
  }
}

}  // namespace
}  // namespace fanout::test
