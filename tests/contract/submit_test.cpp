// SPDX-License-Identifier: MIT
// submit: how callables and arguments reach the task, and what comes back.
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
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

// conformance: 37
EXECUTOR_TEST(Submit, returns_a_future_of_what_the_function_returns) {
  const auto executor = TypeParam::make();
  const auto future = executor->submit(add, 2, 3);
  static_assert(std::is_same_v<decltype(future), const Future<int>>);
  EXPECT_EQ(future.result(), 5);
  static_assert(std::is_same_v<decltype(executor->submit(nothing, 1)), Future<void>>);
  executor->submit(nothing, 1).result();
  EXPECT_EQ(executor->submit(greeting, "world").result(), "hello world");
}

EXECUTOR_TEST(Submit, is_what_makes_an_executor) {
  static_assert(Executor<typename TypeParam::Executor>);
  static_assert(!Executor<int>);
}

EXECUTOR_TEST(Submit, takes_a_lambda_without_captures) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(executor->submit([](int a, int b) { return a * b; }, 6, 7).result(), 42);
}

// Its body would not compile with a stop token before the numbers.
EXECUTOR_TEST(Submit, and_map_call_what_takes_anything_with_the_arguments_alone) {
  const auto executor = TypeParam::make();
  const auto sum = [](auto... numbers) { return (numbers + ...); };
  EXPECT_EQ(executor->submit(sum, 1, 2).result(), 3);
  std::vector<int> sums;
  for (const int value : executor->map(sum, std::vector{1, 2}, std::vector{10, 20})) {
    sums.push_back(value);
  }
  EXPECT_EQ(sums, (std::vector{11, 22}));
}

EXECUTOR_TEST(Submit, brings_the_exception_of_the_task) {
  const auto executor = TypeParam::make();
  const Future<int> future = executor->submit(fail, std::string("reason"));
  EXPECT_EQ(thrown<std::runtime_error>([&] { (void)future.result(); }), "reason");
  EXPECT_EQ(check_failed<std::runtime_error>(future), "reason");
}

// conformance: 182
// behaviour: 31
EXECUTOR_TEST(Submit, of_failing_tasks_costs_no_worker_and_no_place) {
  const auto executor = TypeParam::make();
  std::vector<Future<int>> bad, good;
  for (int i = 0; i < 100; ++i) {
    bad.push_back(executor->submit(fail, std::to_string(i)));
    good.push_back(executor->submit(square, i));
  }
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(check_failed<std::runtime_error>((bad[i].wait(), bad[i])), std::to_string(i));
    EXPECT_EQ(good[i].result(), static_cast<int>(i * i));
  }
}

EXECUTOR_TEST(Submit, takes_options_first) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(executor->submit({.name = "addition"}, add, 1, 2).result(), 3);
  EXPECT_EQ(executor->submit(TaskOptions{.name = "x", .timeout = 60s}, add, 1, 2).result(), 3);
}

// conformance: 167
EXECUTOR_TEST(Submit, and_map_and_cancel_may_be_called_by_many_threads) {
  const auto executor = TypeParam::make();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 10; ++t) {
      threads.emplace_back([&executor] {
        for (int i = 0; i < 20; ++i) {
          const Future<int> one = executor->submit(square, i);
          const Future<int> other = executor->submit(square, i);
          auto squares = executor->map(square, numbers(3));
          const bool cancelled = other.cancel();
          EXPECT_EQ(one.result(), i * i);
          other.wait();
          EXPECT_EQ(other.cancelled(), cancelled);
          int sum = 0;
          for (const int value : squares) {
            sum += value;
          }
          EXPECT_EQ(sum, 5);
        }
      });
    }
  }
}

// conformance: 151
EXECUTOR_TEST(Submit, works_on_several_executors_used_crosswise) {
  const auto one = TypeParam::make();
  const auto two = TypeParam::make();
  const auto three = TypeParam::make();
  std::vector<Future<int>> futures;
  for (int i = 0; i < 60; ++i) {
    futures.push_back((i % 3 == 0 ? one : i % 3 == 1 ? two : three)->submit(square, i));
  }
  for (std::size_t i = 0; i < futures.size(); ++i) {
    EXPECT_EQ(futures[i].result(), static_cast<int>(i * i));
  }
}

// behaviour: 25
IN_PROCESS_TEST(SubmitInProcess, starts_tasks_first_in_first_out) {
  const auto executor = TypeParam::make(1);
  std::vector<int> order;
  {
    Door door;
    const auto standing = occupy(*executor, door, 1);
    for (int i = 0; i < 100; ++i) {
      executor->submit([&order, i] { order.push_back(i); }).add_done_callback([](const auto&) {});
    }
    door.open();
  }
  executor->shutdown();
  EXPECT_EQ(order, numbers(100));
}

// behaviour: 25
IN_PROCESS_TEST(SubmitInProcess, never_runs_a_task_on_the_caller_while_there_is_room) {
  const auto executor = TypeParam::make();
  for (int i = 0; i < 20; ++i) {
    EXPECT_NE(executor->submit([] { return std::this_thread::get_id(); }).result(),
              std::this_thread::get_id());
  }
}

// behaviour: 25
IN_PROCESS_TEST(SubmitInProcess, copies_its_arguments_as_a_thread_does) {
  const auto executor = TypeParam::make(1);
  Door door;
  const auto standing = occupy(*executor, door, 1);
  std::string text = "before";
  int number = 1;
  const auto future = executor->submit(
      [](const std::string& t, int n) { return t + std::to_string(n); }, text, number);
  const auto from_literal = executor->submit([](const char* t) { return std::string(t); }, "array");
  text = "after";
  number = 2;
  door.open();
  EXPECT_EQ(future.result(), "before1");
  EXPECT_EQ(from_literal.result(), "array");
}

// behaviour: 25
IN_PROCESS_TEST(SubmitInProcess, takes_references_through_std_ref) {
  const auto executor = TypeParam::make();
  std::string text = "text";
  executor->submit([](std::string& t) { t += " changed"; }, std::ref(text)).result();
  EXPECT_EQ(text, "text changed");
  std::string& same =
      executor->submit([](std::string& t) -> std::string& { return t; }, std::ref(text)).result();
  EXPECT_EQ(&same, &text);
}

// behaviour: 25
IN_PROCESS_TEST(SubmitInProcess,
                takes_move_only_callables_and_arguments_and_gives_move_only_results) {
  const auto executor = TypeParam::make();
  auto future = executor->submit(
      [captured = std::make_unique<int>(40)](std::unique_ptr<int> given) {
        return std::make_unique<int>(*captured + *given);
      },
      std::make_unique<int>(2));
  EXPECT_EQ(*future.result(), 42);
  EXPECT_EQ(*future.take(), 42);
}

IN_PROCESS_TEST(SubmitInProcess, takes_pointers_to_members) {
  struct Account {
    int balance = 10;
    int deposit(int amount) { return balance += amount; }
  };
  const auto executor = TypeParam::make();
  Account account;
  EXPECT_EQ(executor->submit(&Account::deposit, &account, 5).result(), 15);
  EXPECT_EQ(executor->submit(&Account::balance, std::ref(account)).result(), 15);
  EXPECT_EQ(executor->submit(&Account::deposit, Account{}, 1).result(), 11);
}

IN_PROCESS_TEST(SubmitInProcess, takes_functors_and_std_functions) {
  struct Counter {
    int count = 0;
    int operator()(int by) { return count += by; }  // not const: each task has its own copy
  };
  const auto executor = TypeParam::make();
  Counter counter;
  EXPECT_EQ(executor->submit(counter, 3).result(), 3);
  EXPECT_EQ(counter.count, 0);
  EXPECT_EQ(executor->submit(std::ref(counter), 3).result(), 3);
  EXPECT_EQ(counter.count, 3);
  const std::function<int(int)> function = square;
  EXPECT_EQ(executor->submit(function, 5).result(), 25);
}

IN_PROCESS_TEST(SubmitInProcess, gives_the_stop_token_only_to_a_function_that_needs_it) {
  const auto executor = TypeParam::make();
  EXPECT_EQ(
      executor
          ->submit([](std::stop_token token, int n) { return token.stop_possible() ? n : 0; }, 7)
          .result(),
      7);
  struct Both {
    std::string operator()(int) { return "without"; }
    std::string operator()(std::stop_token, int) { return "with"; }
  };
  EXPECT_EQ(executor->submit(Both{}, 1).result(), "without");
}

IN_PROCESS_TEST(SubmitInProcess, keeps_references_and_decays_rvalue_references) {
  const auto executor = TypeParam::make();
  static int object = 3;
  static std::string text = "moved from";
  auto reference = executor->submit([]() -> int& { return object; });
  static_assert(std::is_same_v<decltype(reference), Future<int&>>);
  EXPECT_EQ(&reference.result(), &object);
  auto constant = executor->submit([]() -> const int& { return object; });
  EXPECT_EQ(&constant.result(), &object);
  text = "moved from";
  auto rvalue = executor->submit([]() -> std::string&& { return std::move(text); });
  static_assert(std::is_same_v<decltype(rvalue), Future<std::string>>);
  EXPECT_EQ(rvalue.result(), "moved from");
}

// conformance: 58
// behaviour: 31
IN_PROCESS_TEST(SubmitInProcess, brings_exceptions_of_any_type) {
  const auto executor = TypeParam::make();
  const auto integer = executor->submit([] { throw 42; });
  const auto null = executor->submit([] { throw nullptr; });
  const auto pointer = executor->submit([] { throw static_cast<const char*>("text"); });
  try {
    integer.result();
    ADD_FAILURE() << "threw nothing";
  } catch (int value) {
    EXPECT_EQ(value, 42);
  }
  thrown<std::nullptr_t>([&] { null.result(); });
  EXPECT_NE(null.exception(), nullptr);
  thrown<const char*>([&] { pointer.result(); });
  EXPECT_EQ(executor->submit(add, 1, 1).result(), 2);
}

// behaviour: 25
IN_PROCESS_TEST(SubmitInProcess, may_be_called_inside_a_task) {
  const auto executor = TypeParam::make();
  auto outer = executor->submit([&] { return executor->submit(add, 20, 22); });
  EXPECT_EQ(outer.result().result(), 42);
}

// What fails while the arguments are copied fails the call, and nothing was queued.
IN_PROCESS_TEST(SubmitInProcess, whose_argument_cannot_be_copied_throws_and_queues_nothing) {
  struct Stubborn {
    Stubborn() = default;
    Stubborn(const Stubborn&) { throw std::out_of_range("copy"); }
    Stubborn(Stubborn&&) noexcept = default;
  };
  const auto executor = TypeParam::make();
  const Stubborn argument;
  bool ran = false;
  EXPECT_EQ(thrown<std::out_of_range>(
                [&] { (void)executor->submit([&](const Stubborn&) { ran = true; }, argument); }),
            "copy");
  executor->shutdown();
  EXPECT_FALSE(ran);
}

// A result that throws when it is moved into its place is a failure of the task.
IN_PROCESS_TEST(SubmitInProcess, of_a_function_whose_result_cannot_be_stored_fails_the_future) {
  struct Stubborn {
    explicit Stubborn(bool throws) {
      if (throws) {
        throw std::out_of_range("construction");
      }
    }
  };
  const auto executor = TypeParam::make();
  const auto future = executor->submit([] { return Stubborn(true); });
  future.wait();
  EXPECT_EQ(check_failed<std::out_of_range>(future), "construction");
}

}  // namespace
}  // namespace fanout::test
