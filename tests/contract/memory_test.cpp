// SPDX-License-Identifier: MIT
// Crowds: abandoned waits leave no memory, many callbacks cost linear time, long chains no stack.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <time.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/counting.hpp"
#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

constexpr int scale = sanitized ? 10 : 1;

// How many bytes more are in use after `rounds` calls of `fn`, once it is warm.
template <class Fn>
long growth(int rounds, Fn fn) {
  for (int i = 0; i < 100; ++i) {
    fn();
  }
  const long before = bytes_in_use;
  for (int i = 0; i < rounds; ++i) {
    fn();
  }
  return bytes_in_use - before;
}

constexpr long next_to_nothing = 64L * 1024;

// conformance: 214
TEST(Memory, of_a_hundred_thousand_abandoned_waits_on_one_pending_future_is_given_back) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  const std::vector<Future<int>> futures{future};
  constexpr int rounds = 100'000 / scale;
  EXPECT_LT(growth(rounds, [&] { (void)future.wait(1ns); }), next_to_nothing);
  EXPECT_LT(growth(rounds, [&] { EXPECT_EQ(wait(futures, 1ns).not_done.size(), 1U); }),
            next_to_nothing);
  EXPECT_LT(growth(rounds,
                   [&] {
                     EXPECT_FALSE(wait(futures, 1ns, ReturnWhen::first_completed).not_done.empty());
                   }),
            next_to_nothing);
  EXPECT_LT(growth(rounds / 10,
                   [&] {
                     thrown<TimeoutError>([&] {
                       for (auto done : as_completed(futures, 1ns)) {
                         (void)done;
                       }
                     });
                   }),
            next_to_nothing);
  EXPECT_LT(growth(rounds / 10, [&] { thrown<TimeoutError>([&] { (void)future.result(1ns); }); }),
            next_to_nothing);
  EXPECT_LT(growth(rounds, [&] { (void)as_completed(futures); }), next_to_nothing);
  // Not one of them is still registered: completing calls nobody who is gone.
  promise.set_value(1);
  EXPECT_EQ(future.result(), 1);
}

// conformance: 208
// behaviour: 13
TEST(Memory, of_a_hundred_thousand_cancelled_tasks_behind_a_long_one_is_given_back_at_once) {
  ThreadPoolExecutor executor(1);
  Door door;
  const auto standing = occupy(executor, door, 1);
  const auto capture = std::make_shared<int>(1);
  constexpr int tasks = 100'000 / scale;
  std::vector<Future<void>> futures;
  futures.reserve(tasks);
  for (int i = 0; i < tasks; ++i) {
    futures.push_back(executor.submit([capture] {}));
  }
  EXPECT_EQ(capture.use_count(), tasks + 1);
  for (const auto& future : futures) {
    EXPECT_TRUE(future.cancel());
  }
  EXPECT_EQ(capture.use_count(), 1);
  check_running(standing[0]);
  door.open();
}

// A big argument of a cancelled task is not kept until a worker meets the task.
// conformance: 208
TEST(Memory, held_by_the_arguments_of_cancelled_tasks_is_given_back_while_the_worker_is_busy) {
  ThreadPoolExecutor executor(1);
  Door door;
  const auto standing = occupy(executor, door, 1);
  const long before = bytes_in_use;
  for (int round = 0; round < 100; ++round) {
    EXPECT_TRUE(
        executor.submit([](const std::vector<char>&) {}, std::vector<char>(1 << 20)).cancel());
  }
  EXPECT_LT(bytes_in_use - before, 1 << 20);
  door.open();
}

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::chrono::nanoseconds cost_of_callbacks(int count) {
  Promise<int> promise;
  const Future<int> future = promise.get_future();
  int called = 0;
  const auto begin = processor_time();
  for (int i = 0; i < count; ++i) {
    future.add_done_callback([&called](const Future<int>&) { ++called; });
  }
  promise.set_value(1);
  const auto cost = processor_time() - begin;
  EXPECT_EQ(called, count);
  return cost;
}

// Linear: sixteen times as many may cost sixteen times as much and, for caches and a busy machine,
// eight times that. If each cost as much as there are before it, a million would take hours.
// conformance: 212
TEST(Crowd, of_a_million_callbacks_on_one_future_costs_linear_time_and_no_stack) {
  constexpr int many = 1'000'000 / scale;
  cost_of_callbacks(many / 16);  // warm
  const auto few = cost_of_callbacks(many / 16);
  EXPECT_LT(cost_of_callbacks(many), 128 * few + 50ms);
}

// conformance: 213
TEST(Crowd, of_promises_each_completed_by_the_callback_before_it_does_not_overflow_the_stack) {
  constexpr std::size_t length = 100'000 / scale;
  std::vector<Promise<int>> promises(length);
  int called = 0;
  for (std::size_t i = 0; i + 1 < length; ++i) {
    promises[i].get_future().add_done_callback([&, next = i + 1](Future<int> done) {
      ++called;
      promises[next].set_value(done.result() + 1);
    });
  }
  promises[0].set_value(0);
  EXPECT_EQ(promises[length - 1].get_future().result(0s), static_cast<int>(length) - 1);
  EXPECT_EQ(called, static_cast<int>(length) - 1);
}

// conformance: 213
TEST(Crowd, of_futures_each_cancelled_by_the_callback_before_it_does_not_overflow_the_stack) {
  constexpr std::size_t length = 100'000 / scale;
  const std::vector<Promise<int>> promises(length);
  for (std::size_t i = 0; i + 1 < length; ++i) {
    promises[i].get_future().add_done_callback(
        [next = promises[i + 1].get_future()](const auto&) { EXPECT_TRUE(next.cancel()); });
  }
  EXPECT_TRUE(promises[0].get_future().cancel());
  check_cancelled(promises[length - 1].get_future());
}

TEST(Memory, of_tasks_that_are_done_and_dropped_is_given_back_or_used_again) {
  ThreadPoolExecutor executor(2);
  const auto burst = [&] {
    std::vector<Future<int>> futures;
    for (int i = 0; i < 1000; ++i) {
      futures.push_back(executor.submit(square, 3));
    }
    wait(futures);
  };
  burst();
  EXPECT_LT(growth(100 / scale, burst), 1 << 20);
}

// conformance: 205
TEST(Crowd, of_a_hundred_thousand_queued_tasks_is_cancelled_by_shutdown) {
  ThreadPoolExecutor executor(1);
  Door door;
  const auto standing = occupy(executor, door, 1);
  constexpr int tasks = 100'000 / scale;
  std::vector<Future<int>> futures;
  for (int i = 0; i < tasks; ++i) {
    futures.push_back(executor.submit(square, 2));
  }
  executor.shutdown({.wait = false, .cancel_futures = true});
  int cancelled = 0;
  for (const auto& future : futures) {
    cancelled += future.cancelled() ? 1 : 0;
  }
  EXPECT_EQ(cancelled, tasks);
  door.open();
}

}  // namespace
}  // namespace fanout::test
