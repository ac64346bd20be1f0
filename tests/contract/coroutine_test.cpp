// SPDX-License-Identifier: MIT
// co_await of a future: resumes when it is done and yields what result() would.
#include <coroutine>
#include <exception>
#include <memory>
#include <string>
#include <thread>
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

// The simplest coroutine that can be waited for: it starts at once, its end is a future.
template <class T>
struct Script {
  struct promise_type {
    Promise<T> outcome;
    Script get_return_object() { return {outcome.get_future()}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_value(T value) { outcome.set_value(std::move(value)); }
    void unhandled_exception() { outcome.set_exception(std::current_exception()); }
  };
  Future<T> outcome;
};

Script<int> plus_one(Future<int> future) { co_return co_await future + 1; }

// behaviour: 3
TEST(Coroutine, yields_the_value_of_a_future_that_is_done) {
  Promise<int> promise;
  promise.set_value(1);
  EXPECT_EQ(plus_one(promise.get_future()).outcome.result(0s), 2);
}

TEST(Coroutine, resumes_on_the_thread_that_completes_the_future) {
  Promise<int> promise;
  const auto script = [](Future<int> future) -> Script<std::thread::id> {
    EXPECT_EQ(co_await future, 5);
    co_return std::this_thread::get_id();
  }(promise.get_future());
  check_pending(script.outcome);
  std::thread::id setter;
  std::thread([&] {
    setter = std::this_thread::get_id();
    promise.set_value(5);
  }).join();
  EXPECT_EQ(script.outcome.result(0s), setter);
}

TEST(Coroutine, gets_the_exception_of_the_task) {
  Promise<int> promise;
  const auto script = plus_one(promise.get_future());
  promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  EXPECT_EQ(check_failed<std::out_of_range>(script.outcome), "far");
}

TEST(Coroutine, is_resumed_by_cancel_with_a_cancelled_error) {
  Promise<int> promise;
  const auto script = plus_one(promise.get_future());
  EXPECT_TRUE(promise.get_future().cancel());
  check_failed<CancelledError>(script.outcome);
}

TEST(Coroutine, gets_a_reference_from_a_handle_that_stays) {
  Promise<std::string> promise;
  promise.set_value("text");
  const Future<std::string> future = promise.get_future();
  const auto script = [](const Future<std::string>& waited) -> Script<const std::string*> {
    auto&& value = co_await waited;
    static_assert(std::is_same_v<decltype(value), const std::string&>);
    co_return &value;
  }(future);
  EXPECT_EQ(script.outcome.result(0s), &future.result());
}

TEST(Coroutine, gets_a_value_from_a_temporary) {
  Promise<std::unique_ptr<int>> promise;
  const auto script = [](Promise<std::unique_ptr<int>>& source) -> Script<int> {
    auto&& value = co_await source.get_future();
    static_assert(std::is_same_v<decltype(value), std::unique_ptr<int>&&>);  // bound to a value
    co_return *value;
  }(promise);
  promise.set_value(std::make_unique<int>(7));
  EXPECT_EQ(script.outcome.result(0s), 7);
}

TEST(Coroutine, awaits_futures_of_void_and_of_references) {
  int object = 1;
  Promise<void> nothing;
  Promise<int&> reference;
  const auto script = [](Future<void> first, Future<int&> second) -> Script<int*> {
    co_await first;
    auto&& value = co_await second;
    static_assert(std::is_same_v<decltype(value), int&>);
    co_return &value;
  }(nothing.get_future(), reference.get_future());
  nothing.set_value();
  check_pending(script.outcome);
  reference.set_value(object);
  EXPECT_EQ(script.outcome.result(0s), &object);
}

TEST(Coroutine, of_an_empty_handle_throws) {
  const auto script = plus_one(Future<int>());
  check_failed<InvalidStateError>(script.outcome);
}

EXECUTOR_TEST(CoroutineOnExecutor, awaits_one_task_after_the_other) {
  const auto executor = TypeParam::make();
  const auto sum_of_squares = [](auto& pool) -> Script<int> {
    int sum = 0;
    for (int i = 1; i <= 10; ++i) {
      sum += co_await pool.submit(square, i);
    }
    co_return sum;
  };
  EXPECT_EQ(sum_of_squares(*executor).outcome.result(), 385);
}

EXECUTOR_TEST(CoroutineOnExecutor, catches_what_a_task_threw_and_goes_on) {
  const auto executor = TypeParam::make();
  const auto script = [](auto& pool) -> Script<std::string> {
    std::string text;
    try {
      co_await pool.submit(fail, std::string("caught"));
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    co_return text + co_await pool.submit(greeting, std::string(" and on"));
  }(*executor);
  EXPECT_EQ(script.outcome.result(), "caughthello  and on");
}

EXECUTOR_TEST(CoroutineOnExecutor, runs_many_scripts_at_a_time) {
  const auto executor = TypeParam::make();
  const auto count_down = [](auto& pool, int n) -> Script<int> {
    int steps = 0;
    while (n > 0) {
      n = co_await pool.submit(add, n, -1);
      ++steps;
    }
    co_return steps;
  };
  std::vector<Future<int>> outcomes;
  for (int i = 0; i < 50; ++i) {
    outcomes.push_back(count_down(*executor, i).outcome);
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].result(), static_cast<int>(i));
  }
}

}  // namespace
}  // namespace fanout::test
