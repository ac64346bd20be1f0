// SPDX-License-Identifier: MIT
// Tasks with a time limit: their timer against their completion.
#include <optional>
#include <stop_token>
#include <thread>

#include <fanout/fanout.hpp>

#include "model.hpp"

namespace {

using fanout::Future;
using fanout::ThreadPoolExecutor;
using model::Budget;
using model::Case;
using model::check;
using model::saw;

constexpr Budget random_walks{.exhaustive = false, .executions = 30'000};
constexpr fanout::Seconds limit{1};

void check_outcome(const Future<int>& future) {
  try {
    check(future.result() == 7, "the wrong result");
    saw("in time");
  } catch (const fanout::TaskTimeoutError&) {
    saw("too late");
  }
}

const Case one{{.name = "pool_time_limit_against_completion",
                .promise = "a task ends in time or fails with its limit, never both",
                .budget = random_walks,
                .outcomes = {"in time", "too late"},
                .body = [] {
                  ThreadPoolExecutor pool(1);
                  auto future = pool.submit({.timeout = limit}, [] { return 7; });
                  check_outcome(future);
                  check_outcome(future);
                }}};

const Case two{{.name = "pool_two_time_limits_against_shutdown",
                .promise = "the timer ends when nothing is watched any more",
                .budget = random_walks,
                .outcomes = {"in time", "too late"},
                .body = [] {
                  std::optional<Future<int>> a;
                  std::optional<Future<int>> b;
                  {
                    ThreadPoolExecutor pool(2);
                    a = pool.submit({.timeout = limit}, [] { return 7; });
                    b = pool.submit({.timeout = 2 * limit}, [] { return 7; });
                  }
                  check_outcome(*a);
                  check_outcome(*b);
                }}};

const Case dropped{{.name = "pool_time_limit_against_last_handle",
                    .promise = "a task that nobody holds is freed once, in time or not",
                    .budget = random_walks,
                    .outcomes = {"reported"},
                    .body = [] {
                      fanout::on_unhandled_exception(
                          [](std::exception_ptr, std::string_view) { saw("reported"); });
                      {
                        ThreadPoolExecutor pool(1);
                        (void)pool.submit({.timeout = limit}, [] { return 7; });
                      }
                      fanout::on_unhandled_exception({});
                    }}};

const Case stopped{{.name = "pool_time_limit_with_a_stop_token",
                    .promise = "a task that is over its limit is asked to stop",
                    .budget = random_walks,
                    .outcomes = {"too late"},
                    .body = [] {
                      ThreadPoolExecutor pool(1);
                      auto future = pool.submit({.timeout = limit}, [](std::stop_token token) {
                        while (!token.stop_requested()) std::this_thread::yield();
                        return 7;
                      });
                      check_outcome(future);
                    }}};

const Case on_timer{{.name = "pool_destroyed_by_a_callback_on_the_timer",
                     .promise = "a callback of a task over its limit may end the pool",
                     .budget = random_walks,
                     .outcomes = {"in time", "too late"},
                     .body = [] {
                       std::optional<ThreadPoolExecutor> pool(std::in_place, 1);
                       auto future = pool->submit({.timeout = limit}, [] { return 7; });
                       future.add_done_callback(
                           [&pool](const Future<int>&) { pool->shutdown({.wait = false}); });
                       check_outcome(future);
                       pool.reset();
                     }}};

}  // namespace
