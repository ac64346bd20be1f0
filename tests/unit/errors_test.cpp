// SPDX-License-Identifier: MIT
// The hook for exceptions that reach nobody: replaced, restored, failing, and used by several
// threads.
#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>
#include <fanout/promise.hpp>

#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using detail::report_unhandled;

struct NoException {};

std::exception_ptr far() { return std::make_exception_ptr(std::out_of_range("far")); }

// What goes to stderr while `fn` runs.
template <class Fn>
std::string printed(Fn fn) {
  ::testing::internal::CaptureStderr();
  fn();
  return ::testing::internal::GetCapturedStderr();
}

// Each test finds the default hook, and leaves it behind.
class Errors : public ::testing::Test {
 protected:
  void SetUp() override { on_unhandled_exception({}); }
  void TearDown() override { on_unhandled_exception({}); }
};

TEST_F(Errors, by_default_one_line_says_what_and_where) {
  EXPECT_EQ(printed([] { report_unhandled(far(), "a test"); }),
            "fanout: unhandled exception in a test: std::out_of_range: far\n");
}

TEST_F(Errors, an_exception_that_is_none_of_the_standards_is_named_as_such) {
  const auto error = std::make_exception_ptr(NoException{});
  EXPECT_EQ(printed([&] { report_unhandled(error, "a test"); }),
            "fanout: unhandled exception in a test: an exception of a type not derived from "
            "std::exception\n");
}

TEST_F(Errors, the_hook_gets_the_exception_and_the_place) {
  std::exception_ptr seen;
  std::string place;
  on_unhandled_exception([&](std::exception_ptr error, std::string_view where) {
    seen = std::move(error);
    place = where;
  });
  const auto error = far();
  EXPECT_EQ(printed([&] { report_unhandled(error, "a test"); }), "");
  EXPECT_EQ(seen, error);
  EXPECT_EQ(place, "a test");
}

TEST_F(Errors, a_new_hook_replaces_the_old_one) {
  int first = 0;
  int second = 0;
  on_unhandled_exception([&](std::exception_ptr, std::string_view) { ++first; });
  report_unhandled(far(), "a test");
  on_unhandled_exception([&](std::exception_ptr, std::string_view) { ++second; });
  report_unhandled(far(), "a test");
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST_F(Errors, an_empty_function_restores_the_default) {
  int calls = 0;
  on_unhandled_exception([&](std::exception_ptr, std::string_view) { ++calls; });
  on_unhandled_exception({});
  EXPECT_TRUE(holds(printed([] { report_unhandled(far(), "a test"); }), "far"));
  EXPECT_EQ(calls, 0);
}

TEST_F(Errors, a_hook_that_throws_is_reported_and_goes_no_further) {
  on_unhandled_exception([](std::exception_ptr, std::string_view) { throw NoException{}; });
  EXPECT_TRUE(holds(printed([] { report_unhandled(far(), "a test"); }), "hook"));
}

TEST_F(Errors, a_hook_may_replace_itself) {
  int calls = 0;
  on_unhandled_exception([&](std::exception_ptr, std::string_view) {
    on_unhandled_exception([&](std::exception_ptr, std::string_view) { calls += 10; });
    ++calls;  // what it refers to is still there
  });
  report_unhandled(far(), "a test");
  report_unhandled(far(), "a test");
  EXPECT_EQ(calls, 11);
}

TEST_F(Errors, the_old_hook_may_use_the_hook_while_it_is_destroyed) {
  struct ReportsAtItsEnd {
    ~ReportsAtItsEnd() { report_unhandled(far(), "a destructor"); }
  };
  on_unhandled_exception(
      [last = std::make_shared<ReportsAtItsEnd>()](std::exception_ptr, std::string_view) {});
  std::string place;
  on_unhandled_exception([&](std::exception_ptr, std::string_view where) { place = where; });
  EXPECT_EQ(place, "a destructor");
}

TEST_F(Errors, each_of_many_reports_reaches_the_hook_of_the_moment) {
  constexpr int reports = sanitized ? 500 : 5000;
  std::atomic<int> calls{0};
  const auto count = [&](std::exception_ptr, std::string_view) { ++calls; };
  on_unhandled_exception(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < reports; ++n) report_unhandled(far(), "a test");
    });
  }
  for (int n = 0; n < reports; ++n) on_unhandled_exception(count);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, 3 * reports);
}

TEST_F(Errors, what_a_promise_throws_names_the_state_of_its_future) {
  Promise<int> cancelled;
  cancelled.get_future().cancel();
  EXPECT_TRUE(holds(thrown<InvalidStateError>([&] { cancelled.set_value(1); }), "cancelled"));
  Promise<int> running;
  ASSERT_TRUE(running.set_running_or_notify_cancel());
  EXPECT_TRUE(holds(
      thrown<InvalidStateError>([&] { (void)running.set_running_or_notify_cancel(); }), "running"));
  running.set_value(1);
  EXPECT_TRUE(holds(thrown<InvalidStateError>([&] { running.set_value(2); }), "finished"));
  EXPECT_TRUE(holds(thrown<std::invalid_argument>([] { detail::throw_null_exception(); }), "null"));
  EXPECT_TRUE(holds(thrown<InvalidStateError>([] { detail::throw_no_state(); }), "empty"));
  EXPECT_TRUE(is_a<BrokenPromise>(detail::broken_promise()));
}

}  // namespace
}  // namespace fanout::test
