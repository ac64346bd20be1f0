// SPDX-License-Identifier: MIT
// Promise: the producer's side of a future.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

std::exception_ptr out_of_range(const char* text) {
  return std::make_exception_ptr(std::out_of_range(text));
}

// behaviour: 22
TEST(Promise, says_before_the_run_whether_the_future_was_cancelled) {
  Promise<int> runs;
  EXPECT_TRUE(runs.set_running_or_notify_cancel());
  check_running(runs.get_future());

  Promise<int> cancelled;
  EXPECT_TRUE(cancelled.get_future().cancel());
  EXPECT_FALSE(cancelled.set_running_or_notify_cancel());
  check_cancelled(cancelled.get_future());
}

// behaviour: 22
TEST(Promise, cannot_be_started_twice_or_after_its_end) {
  Promise<int> promise;
  EXPECT_TRUE(promise.set_running_or_notify_cancel());
  thrown<InvalidStateError>([&] { (void)promise.set_running_or_notify_cancel(); });
  check_running(promise.get_future());
  promise.set_value(1);
  thrown<InvalidStateError>([&] { (void)promise.set_running_or_notify_cancel(); });
  check_finished(promise.get_future());
}

// behaviour: 23
TEST(Promise, may_be_set_while_pending) {
  Promise<int> good;
  good.set_value(1);
  EXPECT_EQ(good.get_future().result(0s), 1);
  Promise<int> bad;
  bad.set_exception(out_of_range("far"));
  EXPECT_EQ(check_failed<std::out_of_range>(bad.get_future()), "far");
}

// conformance: 20
// behaviour: 23
TEST(Promise, keeps_the_first_value_and_names_the_state_when_set_again) {
  Promise<int> promise;
  promise.set_value(1);
  EXPECT_TRUE(holds(thrown<InvalidStateError>([&] { promise.set_value(2); }), "finished"));
  thrown<InvalidStateError>([&] { promise.set_exception(out_of_range("far")); });
  EXPECT_EQ(promise.get_future().result(), 1);
  check_finished(promise.get_future());
}

// conformance: 21
// behaviour: 23
TEST(Promise, keeps_the_first_exception_object_when_set_again) {
  Promise<int> promise;
  const auto first = out_of_range("first");
  promise.set_exception(first);
  EXPECT_TRUE(
      holds(thrown<InvalidStateError>([&] { promise.set_exception(out_of_range("second")); }),
            "finished"));
  thrown<InvalidStateError>([&] { promise.set_value(2); });
  EXPECT_EQ(promise.get_future().exception(), first);
}

// conformance: 20
TEST(Promise, of_a_cancelled_future_cannot_be_set) {
  Promise<int> promise;
  EXPECT_TRUE(promise.get_future().cancel());
  EXPECT_TRUE(holds(thrown<InvalidStateError>([&] { promise.set_value(2); }), "cancelled"));
  thrown<InvalidStateError>([&] { promise.set_exception(out_of_range("far")); });
  check_cancelled(promise.get_future());
}

// behaviour: 9
TEST(Promise, destroyed_unset_breaks_its_future) {
  Future<int> pending, running;
  {
    Promise<int> promise;
    pending = promise.get_future();
    Promise<int> started;
    running = started.get_future();
    EXPECT_TRUE(started.set_running_or_notify_cancel());
  }
  check_failed<BrokenPromise>(pending);
  check_failed<BrokenPromise>(running);
  thrown<BrokenPromise>([&] { (void)pending.result(); });
}

// behaviour: 9
TEST(Promise, destroyed_unset_wakes_a_blocked_waiter) {
  auto promise = std::make_unique<Promise<int>>();
  const Future<int> future = promise->get_future();
  Caller caller([&] { thrown<BrokenPromise>([&] { (void)future.result(); }); });
  ASSERT_TRUE(caller.until_blocked());
  promise.reset();
}

TEST(Promise, destroyed_after_its_end_changes_nothing) {
  Future<int> good, cancelled;
  {
    Promise<int> promise;
    good = promise.get_future();
    promise.set_value(1);
    Promise<int> dropped;
    cancelled = dropped.get_future();
    EXPECT_TRUE(cancelled.cancel());
  }
  EXPECT_EQ(good.result(), 1);
  check_cancelled(cancelled);
}

TEST(Promise, can_be_moved) {
  Promise<int> from;
  const Future<int> future = from.get_future();
  Promise<int> to = std::move(from);
  check_pending(future);
  to.set_value(4);
  EXPECT_EQ(future.result(), 4);

  Promise<int> target;
  const Future<int> lost = target.get_future();
  target = Promise<int>();
  check_failed<BrokenPromise>(lost);
}

TEST(Promise, gives_equal_futures_every_time) {
  const Promise<int> promise;
  EXPECT_EQ(promise.get_future(), promise.get_future());
}

TEST(Promise, takes_values_of_all_kinds) {
  Promise<std::unique_ptr<int>> only;
  only.set_value(std::make_unique<int>(3));
  EXPECT_EQ(*only.get_future().take(), 3);

  Promise<std::string> text;
  text.set_value("text");
  EXPECT_EQ(text.get_future().result(), "text");

  Promise<void> nothing;
  nothing.set_value();
  nothing.get_future().result();

  std::vector<int> object{1};
  Promise<std::vector<int>&> reference;
  reference.set_value(object);
  EXPECT_EQ(&reference.get_future().result(), &object);
}

// behaviour: 15
TEST(Promise, sees_a_request_to_stop_through_its_token) {
  Promise<int> promise;
  EXPECT_FALSE(promise.get_stop_token().stop_requested());
  EXPECT_TRUE(promise.set_running_or_notify_cancel());
  EXPECT_TRUE(promise.get_future().request_stop());
  EXPECT_TRUE(promise.get_stop_token().stop_requested());
  check_running(promise.get_future());
  promise.set_value(1);
  check_finished(promise.get_future());
}

// A future without an exception has succeeded, so null cannot stand for a failure.
// conformance: 58
TEST(Promise, takes_no_null_for_an_exception) {
  Promise<int> promise;
  thrown<std::invalid_argument>([&] { promise.set_exception(nullptr); });
  check_pending(promise.get_future());
  promise.set_value(1);
  EXPECT_EQ(promise.get_future().result(), 1);
}

// Many threads want to settle it, one does, each of the others is told.
// conformance: 20, 21
TEST(Promise, set_by_racing_threads_has_one_outcome) {
  for (int round = 0; round < 300; ++round) {
    Promise<int> promise;
    const Future<int> future = promise.get_future();
    std::atomic<int> won = 0;
    {
      std::vector<std::jthread> threads;
      threads.emplace_back([&] { won += future.cancel() ? 1 : 0; });
      for (int value = 1; value < 4; ++value) {
        threads.emplace_back([&, value] {
          try {
            promise.set_value(value);
            ++won;
          } catch (const InvalidStateError&) {
          }
        });
      }
    }
    EXPECT_EQ(won, 1);
    EXPECT_TRUE(future.done());
  }
}

}  // namespace
}  // namespace fanout::test
