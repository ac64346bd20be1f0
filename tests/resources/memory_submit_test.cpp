// SPDX-License-Identifier: MIT
// Memory runs out while tasks are submitted, mapped, called back, awaited by coroutines, promised.
#include <coroutine>
#include <exception>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "resources/trial.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

TEST(WithoutMemory, submit_from_outside_throws_or_works) {
  survives_without_memory("submit", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    for (int i = 0; i < 4; ++i) trial.submit(executor);
    (void)trial.submit(executor).result();
  });
}

TEST(WithoutMemory, submit_inside_a_task_throws_there_or_works) {
  survives_without_memory("submit inside a task", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    // More than a worker's queue has room for at first.
    trial
        .keep(executor.submit([&trial, &executor] {
          for (int i = 0; i < 70; ++i) trial.submit(executor);
          return Witness();
        }))
        .wait();
  });
}

TEST(WithoutMemory, submit_with_a_name_and_a_limit_throws_or_works) {
  survives_without_memory("submit with a limit", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    const TaskOptions patient{.name = "a name too long to be kept in place", .timeout = 100s};
    trial.keep(executor.submit(patient, trial.job()));
    trial.keep(executor.submit(patient, trial.job())).wait();
  });
}

// The limit passes: the future fails with TaskTimeoutError, or for want of memory.
TEST(WithoutMemory, a_limit_that_passes_fails_the_future) {
  survives_without_memory("a limit that passes", [](Trial&) {
    ThreadPoolExecutor executor(1);
    const auto future =
        executor.submit({.name = "a name too long to be kept in place", .timeout = 0s},
                        [](const std::stop_token& token) {
                          while (!token.stop_requested()) std::this_thread::yield();
                        });
    const std::exception_ptr error = future.exception();
    EXPECT_TRUE(is_a<TaskTimeoutError>(error) || is_a<std::bad_alloc>(error));
  });
}

void map_survives(const char* name, const MapOptions& options) {
  survives_without_memory(name, [options](Trial& trial) {
    ThreadPoolExecutor executor(2);
    std::vector<decltype(trial.job())> jobs;
    for (int i = 0; i < 6; ++i) jobs.push_back(trial.job());
    std::size_t read = 0;
    auto results = executor.map(options, [](const auto& job) { return job(); }, jobs);
    for (auto it = results.begin(); it != results.end(); ++it) {
      const Witness witness = *it;
      ++read;
    }
    EXPECT_EQ(read, jobs.size());
  });
}

TEST(WithoutMemory, map_throws_or_works) { map_survives("map", {}); }
TEST(WithoutMemory, map_with_a_buffersize_throws_or_works) {
  map_survives("map with a buffersize", {.buffersize = 2});
}
TEST(WithoutMemory, map_in_any_order_throws_or_works) {
  map_survives("map in any order", {.ordered = false});
}
TEST(WithoutMemory, map_in_any_order_with_a_buffersize_throws_or_works) {
  map_survives("map in any order with a buffersize", {.buffersize = 2, .ordered = false});
}

TEST(WithoutMemory, map_that_is_left_early_throws_or_works) {
  survives_without_memory("map left early", [](Trial& trial) {
    ThreadPoolExecutor executor(1);
    std::vector<decltype(trial.job())> jobs;
    for (int i = 0; i < 4; ++i) jobs.push_back(trial.job());
    auto results = executor.map([](const auto& job) { return job(); }, jobs);
    (void)*results.begin();
    results.close();
  });
}

TEST(WithoutMemory, add_done_callback_throws_or_the_callback_is_called_once) {
  survives_without_memory("add_done_callback", [](Trial& trial) {
    ThreadPoolExecutor executor(1);
    Promise<int> promise;
    int called = 0;
    int added = 0;
    const auto add = [&] {
      promise.get_future().add_done_callback(
          [&called, witness = Witness()](const Future<int>&) { ++called; });
      ++added;
    };
    try {
      for (int i = 0; i < 3; ++i) add();
      trial.submit(executor).add_done_callback([&](const auto&) { trial.submit(executor); });
    } catch (const std::bad_alloc&) {
    }
    promise.set_value(1);
    EXPECT_EQ(called, added);
    add();
    EXPECT_EQ(called, added);
  });
}

// A coroutine whose end is a future.
struct Script {
  struct promise_type {
    Promise<Witness> outcome;
    Script get_return_object() { return {outcome.get_future()}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_value(Witness value) { outcome.set_value(std::move(value)); }
    void unhandled_exception() { outcome.set_exception(std::current_exception()); }
  };
  Future<Witness> outcome;
};

Script last_of(Future<Witness> first, Future<Witness> second) {
  co_await first;
  co_return co_await second;
}

TEST(WithoutMemory, coroutines_throw_or_work) {
  survives_without_memory("co_await", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    const auto first = trial.submit(executor);
    trial.keep(last_of(first, trial.submit(executor)).outcome).wait();
  });
}

TEST(WithoutMemory, promises_give_an_outcome_whichever_way_they_go) {
  survives_without_memory("Promise", [](Trial& trial) {
    {
      Promise<Witness> kept;
      trial.keep(kept.get_future());
      kept.set_value();
    }
    {
      Promise<Witness> failed;
      trial.keep(failed.get_future());
      failed.set_exception(std::make_exception_ptr(std::bad_alloc()));
    }
    Future<Witness> future;
    {
      const Promise<Witness> broken;
      future = broken.get_future();
    }
    const std::exception_ptr error = future.exception();
    EXPECT_TRUE(is_a<BrokenPromise>(error) || is_a<std::bad_alloc>(error));
  });
}

}  // namespace
}  // namespace fanout::test
