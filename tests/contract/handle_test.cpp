// SPDX-License-Identifier: MIT
// A future as a handle: identity, and how its value is read, moved out and kept.
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/tasks.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

template <class T>
Future<T> finished_with(T value) {
  Promise<T> promise;
  promise.set_value(std::move(value));
  return promise.get_future();
}

// Counts the copies and moves of its values.
struct Counted {
  static inline int copies = 0;
  static inline int moves = 0;
  Counted() = default;
  Counted(const Counted&) { ++copies; }
  Counted(Counted&&) noexcept { ++moves; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) noexcept = default;
};

// behaviour: 7
TEST(FutureIdentity, is_that_of_the_shared_state) {
  const Future<int> one = finished_with(1);
  const Future<int> same = one;
  const Future<int> other = finished_with(1);
  EXPECT_EQ(one, same);
  EXPECT_NE(one, other);
  EXPECT_TRUE((one <=> same) == 0);
  EXPECT_TRUE((one <=> other) != 0);
  EXPECT_EQ(one<other, other> one);
  EXPECT_NE(one < other, other < one);
  EXPECT_EQ(std::hash<Future<int>>{}(one), std::hash<Future<int>>{}(same));
  EXPECT_EQ(Future<int>(), Future<int>());
  EXPECT_NE(one, Future<int>());
}

// behaviour: 7
TEST(FutureIdentity, makes_futures_keys_of_maps_and_sets) {
  const Future<int> one = finished_with(1);
  const Future<int> two = finished_with(2);
  const std::unordered_map<Future<int>, std::string> names{{one, "one"}, {two, "two"}};
  EXPECT_EQ(names.at(Future<int>(one)), "one");
  EXPECT_EQ(names.at(two), "two");
  const std::map<Future<int>, int> ordered{{one, 1}, {two, 2}};
  EXPECT_EQ(ordered.at(two), 2);
  EXPECT_EQ((std::set<Future<int>>{one, two, one}.size()), 2U);
  EXPECT_EQ((std::unordered_set<AnyFuture>{one, two, two}.size()), 2U);
}

TEST(FutureIdentity, survives_slicing_to_a_future_of_any_type) {
  const Future<int> number = finished_with(1);
  const Future<std::string> text = finished_with(std::string("one"));
  const std::vector<AnyFuture> mixed{number, text};
  EXPECT_EQ(mixed[0], AnyFuture(number));
  EXPECT_NE(mixed[0], mixed[1]);
  EXPECT_EQ(std::hash<AnyFuture>{}(mixed[0]), std::hash<Future<int>>{}(number));
  check_finished(mixed[1]);
}

// behaviour: 5
TEST(FutureResult, is_the_same_object_every_time) {
  const Future<std::string> future = finished_with(std::string("value"));
  const Future<std::string> copy = future;
  const std::string& first = future.result();
  EXPECT_EQ(&first, &future.result());
  EXPECT_EQ(&first, &copy.result(0s));
  static_assert(std::is_same_v<decltype(future.result()), const std::string&>);
}

// behaviour: 5
TEST(FutureResult, that_failed_is_the_same_exception_object_every_time) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  const auto address = [&]() -> const void* {
    try {
      (void)future.result();
    } catch (const std::out_of_range& error) {
      return &error;
    }
    return nullptr;
  };
  EXPECT_NE(address(), nullptr);
  EXPECT_EQ(address(), address());
  EXPECT_EQ(future.exception(), future.exception());
}

TEST(FutureResult, of_a_reference_is_that_object) {
  int object = 1;
  Promise<int&> promise;
  const Future<int&> future = promise.get_future();
  promise.set_value(object);
  static_assert(std::is_same_v<decltype(future.result()), int&>);
  future.result() = 5;
  EXPECT_EQ(object, 5);
  EXPECT_EQ(&Future<int&>(future).result(), &object);
}

TEST(FutureResult, of_void_returns_nothing_or_throws) {
  Promise<void> good;
  const Future<void> future = good.get_future();
  static_assert(std::is_void_v<decltype(future.result())>);
  thrown<TimeoutError>([&] { future.result(0s); });
  good.set_value();
  future.result();
  future.result(0s);
  Future<void>(future).result();

  Promise<void> bad;
  bad.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  thrown<std::out_of_range>([&] { bad.get_future().result(); });
}

TEST(FutureResult, of_a_temporary_that_is_the_last_handle_is_moved_out) {
  Promise<Counted> promise;
  promise.set_value();
  Future<Counted> future = promise.get_future();
  {
    const Promise<Counted> gone = std::move(promise);
  }
  Counted::copies = Counted::moves = 0;
  const Counted value = std::move(future).result();
  (void)value;
  EXPECT_EQ(Counted::copies, 0);
  EXPECT_GE(Counted::moves, 1);
}

TEST(FutureResult, of_a_temporary_is_copied_while_other_handles_want_it) {
  Promise<Counted> promise;
  promise.set_value();
  const Future<Counted> kept = promise.get_future();
  Counted::copies = 0;
  const Counted value = Future<Counted>(kept).result();
  (void)value;
  EXPECT_EQ(Counted::copies, 1);
  (void)kept.result();  // still there
}

TEST(FutureResult, of_a_temporary_is_a_value) {
  static_assert(std::is_same_v<decltype(Future<std::string>().result()), std::string>);
  static_assert(std::is_same_v<decltype(Future<std::string>().result(1s)), std::string>);
  static_assert(std::is_same_v<decltype(Future<int&>().result()), int&>);
  EXPECT_EQ(finished_with(std::string("text")).result(1s), "text");
}

TEST(FutureResult, of_a_temporary_with_a_move_only_value_is_taken) {
  const Future<std::unique_ptr<int>> kept = finished_with(std::make_unique<int>(4));
  EXPECT_EQ(*kept.result(), 4);  // a reference to it can be had as often as one likes
  const std::unique_ptr<int> value = Future<std::unique_ptr<int>>(kept).result();
  EXPECT_EQ(*value, 4);
  thrown<InvalidStateError>([&] { (void)kept.result(); });
}

// behaviour: 5
TEST(FutureTake, moves_the_value_out_once) {
  const Future<std::string> future = finished_with(std::string("once"));
  const Future<std::string> copy = future;
  EXPECT_EQ(future.take(), "once");
  thrown<InvalidStateError>([&] { (void)future.take(); });
  thrown<InvalidStateError>([&] { (void)future.result(); });
  thrown<InvalidStateError>([&] { (void)copy.take(0s); });
  thrown<InvalidStateError>([&] { (void)Future<std::string>(copy).result(); });
  EXPECT_TRUE(future.done());
  EXPECT_EQ(future.exception(), nullptr);
}

TEST(FutureTake, waits_and_throws_as_result_does) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  thrown<TimeoutError>([&] { (void)future.take(0s); });
  thrown<TimeoutError>([&] { (void)future.take(1ms); });
  Caller caller([&] { thrown<std::out_of_range>([&] { (void)future.take(); }); });
  ASSERT_TRUE(caller.until_blocked());
  promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  caller.join();
  thrown<std::out_of_range>([&] { (void)future.take(); });  // a failure can be had again

  Promise<int> dropped;
  dropped.get_future().cancel();
  thrown<CancelledError>([&] { (void)dropped.get_future().take(); });
}

TEST(FutureTake, of_racing_threads_succeeds_in_exactly_one) {
  for (int round = 0; round < 300; ++round) {
    const Future<std::string> future = finished_with(std::string(100, 'x'));
    std::atomic<int> taken = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          try {
            EXPECT_EQ(future.take().size(), 100U);
            ++taken;
          } catch (const InvalidStateError&) {
          }
        });
      }
    }
    EXPECT_EQ(taken, 1);
  }
}

EXECUTOR_TEST(HandleOnExecutor, submit_and_result_in_one_line_never_dangles) {
  const auto executor = TypeParam::make();
  const std::string& text = executor->submit(greeting, std::string("world")).result();
  EXPECT_EQ(text, "hello world");
}

// behaviour: 37
EXECUTOR_TEST(HandleOnExecutor, futures_outlive_the_executor) {
  auto executor = TypeParam::make();
  const Future<int> good = executor->submit(add, 1, 2);
  const Future<int> bad = executor->submit(fail, std::string("bad"));
  executor.reset();
  EXPECT_EQ(good.result(), 3);
  EXPECT_EQ(check_failed<std::runtime_error>(bad), "bad");
}

}  // namespace
}  // namespace fanout::test
