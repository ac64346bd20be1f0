// SPDX-License-Identifier: MIT
// Memory runs out while pools start, fill up, break, shut down and go away.
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "resources/trial.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

void shutdown_survives(const char* name, ShutdownOptions options) {
  survives_without_memory(name, [options](Trial& trial) {
    ThreadPoolExecutor executor(2);
    for (int i = 0; i < 4; ++i) trial.submit(executor);
    executor.shutdown(options);
    try {
      trial.submit(executor);
      ADD_FAILURE() << "a pool that was shut down took a task";
    } catch (const ShutdownError&) {
    }
  });
}

TEST(WithoutMemory, shutdown_works) { shutdown_survives("shutdown", {}); }
TEST(WithoutMemory, shutdown_that_does_not_wait_works) {
  shutdown_survives("shutdown without waiting", {.wait = false});
}
TEST(WithoutMemory, shutdown_that_cancels_works) {
  shutdown_survives("shutdown that cancels", {.wait = false, .cancel_futures = true});
}

// The pool cannot join the thread on which it is destroyed, and hands it over.
TEST(WithoutMemory, a_pool_destroyed_by_its_own_task_goes_away) {
  survives_without_memory("destroyed by its own task", [](Trial&) {
    auto executor = std::make_unique<ThreadPoolExecutor>(1);
    ThreadPoolExecutor& pool = *executor;
    Promise<void> gone;
    const Future<void> end = gone.get_future();
    (void)pool.submit([owned = std::move(executor), said = std::move(gone)]() mutable {
      owned.reset();
      said.set_value();
    });
    end.wait();
  });
}

TEST(WithoutMemory, a_pool_whose_initializer_throws_breaks) {
  survives_without_memory("an initializer that throws", [](Trial&) {
    ThreadPoolExecutor executor(
        {.max_workers = 1, .initializer = [] { throw std::runtime_error("no"); }});
    std::optional<Future<void>> future;
    try {
      future = executor.submit([] {});
    } catch (const BrokenThreadPool&) {
      return;
    }
    const std::exception_ptr error = future->exception();
    EXPECT_TRUE(is_a<BrokenThreadPool>(error) || is_a<std::bad_alloc>(error)) << text_of(error);
  });
}

void bounded_pool_survives(const char* name, OnFull policy) {
  survives_without_memory(name, [policy](Trial& trial) {
    ThreadPoolExecutor executor({.max_workers = 1, .max_pending = 1, .on_full = policy});
    std::vector<Trial::Outcome> taken;
    taken.reserve(6);
    for (int i = 0; i < 6; ++i) {
      try {
        taken.push_back(trial.submit(executor));
      } catch (const QueueFull&) {
        EXPECT_EQ(policy, OnFull::reject);
      } catch (const std::bad_alloc&) {
        // Refused; the queue has as many places as before, as the last submit shows.
      }
    }
    for (const Trial::Outcome& task : taken) task.wait();
    // All places are free: this neither throws QueueFull nor blocks for ever.
    trial.submit(executor).wait();
    executor.shutdown();
    EXPECT_EQ(executor.stats().pending, 0U);
    EXPECT_EQ(executor.stats().running, 0U);
  });
}

TEST(WithoutMemory, a_bounded_pool_that_rejects_throws_or_works) {
  bounded_pool_survives("a bounded pool that rejects", OnFull::reject);
}
TEST(WithoutMemory, a_bounded_pool_that_blocks_throws_or_works) {
  bounded_pool_survives("a bounded pool that blocks", OnFull::block);
}
TEST(WithoutMemory, a_bounded_pool_whose_callers_run_throws_or_works) {
  bounded_pool_survives("a bounded pool whose callers run", OnFull::caller_runs);
}

TEST(WithoutMemory, failures_that_nobody_looks_at_are_reported_without_harm) {
  survives_without_memory("failures that nobody looks at", [](Trial&) {
    ThreadPoolExecutor executor(1);
    (void)executor.submit([]() -> int { throw std::runtime_error("a failure on purpose"); });
    (void)executor.submit({.name = "a name too long to be kept in place"},
                          []() -> int { throw std::runtime_error("a failure on purpose"); });
  });
}

TEST(WithoutMemory, cancelling_and_asking_work) {
  survives_without_memory("cancel, stats and describe", [](Trial& trial) {
    ThreadPoolExecutor executor(1);
    const auto first = trial.submit(executor);
    const auto second = trial.submit(executor);
    second.cancel();
    (void)executor.stats();
    (void)first.describe();
    (void)first.request_stop();
    (void)second.describe();
  });
}

}  // namespace
}  // namespace fanout::test
