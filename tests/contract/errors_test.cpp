// SPDX-License-Identifier: MIT
// The exceptions of the library, and the hook for those that reach nobody.
#include <algorithm>
#include <coroutine>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/tasks.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

template <class Derived, class Base>
constexpr bool is = std::is_base_of_v<Base, Derived>;

// conformance: 10, 189
// behaviour: 6
TEST(Errors, derive_from_one_base) {
  static_assert(is<Error, std::runtime_error>);
  static_assert(is<CancelledError, Error> && is<TimeoutError, Error> &&
                is<TaskTimeoutError, Error>);
  static_assert(is<InvalidStateError, Error> && is<BrokenPromise, Error> &&
                is<ShutdownError, Error>);
  static_assert(is<QueueFull, Error> && is<DeadlockError, Error> && is<BrokenExecutor, Error>);
  static_assert(is<BrokenThreadPool, BrokenExecutor>);
  // A wait that ran out of time is not a task that overran its limit.
  static_assert(!is<TaskTimeoutError, TimeoutError> && !is<TimeoutError, TaskTimeoutError>);
  EXPECT_STREQ(CancelledError("text").what(), "text");
}

TEST(Errors, say_what_happened) {
  Promise<int> cancelled, pending, broken;
  EXPECT_TRUE(cancelled.get_future().cancel());
  EXPECT_NE(thrown<CancelledError>([&] { (void)cancelled.get_future().result(); }), "");
  EXPECT_NE(thrown<TimeoutError>([&] { (void)pending.get_future().result(0s); }), "");
  EXPECT_NE(thrown<InvalidStateError>([&] { (void)Future<int>().result(); }), "");
  const Future<int> future = broken.get_future();
  {
    const Promise<int> gone = std::move(broken);
  }
  EXPECT_NE(thrown<BrokenPromise>([&] { (void)future.result(); }), "");
}

// A task may throw what the library throws; it arrives as it is.
TEST(Errors, thrown_by_a_task_are_the_tasks_own) {
  ThreadPoolExecutor executor(1);
  const auto future = executor.submit([] { throw CancelledError("by the task itself"); });
  future.wait();
  EXPECT_FALSE(future.cancelled());
  EXPECT_EQ(check_failed<CancelledError>(future), "by the task itself");
}

Future<int> failed() {
  Promise<int> promise;
  promise.set_exception(std::make_exception_ptr(std::out_of_range("nobody looks")));
  return promise.get_future();
}

TEST(Unhandled, failure_that_nobody_looked_at_is_reported_when_the_last_handle_goes) {
  const UnhandledRecorder recorder;
  {
    const Future<int> future = failed();
    const Future<int> copy = future;
    EXPECT_TRUE(future.done());
    future.wait();
    EXPECT_EQ(recorder.count(), 0U);
  }
  EXPECT_EQ(recorder.texts(), std::vector<std::string>{"nobody looks"});
}

TEST(Unhandled, failure_that_was_looked_at_in_any_way_is_not_reported) {
  const UnhandledRecorder recorder;
  {
    thrown<std::out_of_range>([] { (void)failed().result(); });
  }
  {
    const Future<int> future = failed();
    thrown<std::out_of_range>([&] { (void)future.result(0s); });
  }
  {
    thrown<std::out_of_range>([] { (void)failed().take(); });
  }
  {
    EXPECT_NE(failed().exception(), nullptr);
  }
  {
    EXPECT_NE(AnyFuture(failed()).exception(0s), nullptr);
  }
  EXPECT_EQ(recorder.count(), 0U);
}

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

TEST(Unhandled, failure_that_was_awaited_is_not_reported) {
  const UnhandledRecorder recorder;
  bool caught = false;
  [](bool& seen) -> Detached {
    try {
      (void)co_await failed();
    } catch (const std::out_of_range&) {
      seen = true;
    }
  }(caught);
  EXPECT_TRUE(caught);
  EXPECT_EQ(recorder.count(), 0U);
}

TEST(Unhandled, looking_at_the_state_or_waiting_is_not_looking_at_the_failure) {
  const UnhandledRecorder recorder;
  {
    const std::vector<Future<int>> futures{failed()};
    (void)futures[0].done();
    (void)futures[0].running();
    (void)wait(futures);
    for (auto future : as_completed(futures)) {
      EXPECT_TRUE(future.done());
    }
  }
  EXPECT_EQ(recorder.count(), 1U);
}

TEST(Unhandled, successes_and_cancelled_futures_are_no_failures) {
  const UnhandledRecorder recorder;
  {
    Promise<int> good, cancelled;
    good.set_value(1);
    EXPECT_TRUE(cancelled.get_future().cancel());
  }
  EXPECT_EQ(recorder.count(), 0U);
}

EXECUTOR_TEST(UnhandledOnExecutor, failure_of_a_task_whose_future_was_dropped_is_reported) {
  const UnhandledRecorder recorder;
  {
    const auto executor = TypeParam::make();
    {
      const auto dropped = executor->submit(fail, std::string("dropped"));
    }
    executor->shutdown();
  }
  EXPECT_EQ(recorder.texts(), std::vector<std::string>{"dropped"});
}

EXECUTOR_TEST(UnhandledOnExecutor, failures_of_tasks_that_were_read_are_not_reported) {
  const UnhandledRecorder recorder;
  {
    const auto executor = TypeParam::make();
    const auto future = executor->submit(fail, std::string("read"));
    thrown<std::runtime_error>([&] { (void)future.result(); });
    auto results = executor->map(square_unless_three, numbers(5));
    for (auto it = results.begin(); it != results.end(); ++it) {
      try {
        (void)*it;
      } catch (const std::out_of_range&) {
      }
    }
  }
  EXPECT_EQ(recorder.count(), 0U);
}

// conformance: 4
TEST(Unhandled, hook_that_throws_hurts_nobody) {
  on_unhandled_exception(
      [](std::exception_ptr, std::string_view) { throw std::out_of_range("hook"); });
  {
    const Future<int> future = failed();
  }
  Promise<int> promise;
  promise.get_future().add_done_callback([](Future<int>) { throw std::out_of_range("callback"); });
  EXPECT_NO_THROW(promise.set_value(1));
  on_unhandled_exception({});
}

TEST(Unhandled, default_writes_one_line_to_stderr_and_an_empty_hook_restores_it) {
  {
    const UnhandledRecorder recorder;
  }
  on_unhandled_exception({});
  ::testing::internal::CaptureStderr();
  {
    const Future<int> future = failed();
  }
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(holds(written, "nobody looks"));
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
  EXPECT_TRUE(written.ends_with("\n"));
}

TEST(Unhandled, default_writes_one_line_for_what_is_no_std_exception_too) {
  on_unhandled_exception({});
  ::testing::internal::CaptureStderr();
  {
    Promise<int> promise;
    promise.set_exception(std::make_exception_ptr(42));
  }
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
}

}  // namespace
}  // namespace fanout::test
