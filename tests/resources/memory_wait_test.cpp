// SPDX-License-Identifier: MIT
// Memory runs out while threads and tasks wait: for one, for several, in order of completion.
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "resources/trial.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

std::vector<Trial::Outcome> some(Trial& trial, ThreadPoolExecutor& executor, int count = 4) {
  std::vector<Trial::Outcome> futures;
  for (int i = 0; i < count; ++i) futures.push_back(trial.submit(executor));
  return futures;
}

void wait_survives(const char* name, ReturnWhen when) {
  survives_without_memory(name, [when](Trial& trial) {
    ThreadPoolExecutor executor(2);
    auto futures = some(trial, executor);
    futures.push_back(futures.front());
    const auto [done, not_done] = wait(futures, when);
    EXPECT_FALSE(done.empty());
    EXPECT_EQ(done.size() + not_done.size(), 4U);
    (void)wait(futures, 1h, when);
  });
}

TEST(WithoutMemory, wait_for_all_throws_or_works) {
  wait_survives("wait for all", ReturnWhen::all_completed);
}
TEST(WithoutMemory, wait_for_the_first_throws_or_works) {
  wait_survives("wait for the first", ReturnWhen::first_completed);
}
TEST(WithoutMemory, wait_for_the_first_exception_throws_or_works) {
  wait_survives("wait for the first exception", ReturnWhen::first_exception);
}

// With what is never done, so that every wait runs out of time and takes its listeners back.
TEST(WithoutMemory, waits_that_run_out_of_time_throw_or_work) {
  survives_without_memory("waits that run out of time", [](Trial&) {
    Promise<int> promise;
    const Future<int> future = promise.get_future();
    const std::vector<Future<int>> futures{future, Promise<int>().get_future(), future};
    EXPECT_FALSE(future.wait(1ns));
    EXPECT_EQ(wait(futures, 1ns).not_done.size(), 1U);
    (void)wait(std::vector{future}, 1ns, ReturnWhen::first_completed);
    (void)wait(std::vector{future}, 1ns, ReturnWhen::first_exception);
    try {
      (void)future.result(1ns);
      ADD_FAILURE() << "a pending future had a result";
    } catch (const TimeoutError&) {
    }
    try {
      for (const auto& done : as_completed(futures, 1ns)) (void)done;
      ADD_FAILURE() << "a pending future was completed";
    } catch (const TimeoutError&) {
    }
    promise.set_value(1);
  });
}

TEST(WithoutMemory, as_completed_throws_or_works) {
  survives_without_memory("as_completed", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    std::size_t seen = 0;
    for (const auto& future : as_completed(some(trial, executor))) {
      EXPECT_TRUE(future.done());
      ++seen;
    }
    EXPECT_EQ(seen, 4U);
  });
}

TEST(WithoutMemory, as_completed_that_grows_throws_or_works) {
  survives_without_memory("as_completed that grows", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    const Promise<Witness> pending;
    auto completions = as_completed(some(trial, executor));
    completions.add(pending.get_future());
    completions.add(some(trial, executor, 2));
    std::size_t seen = 0;
    for (const auto& future : completions) {
      EXPECT_TRUE(future.done());
      if (++seen == 2) completions.add(trial.submit(executor));
      if (seen == 7) break;
    }
    EXPECT_EQ(seen, 7U);
  });
}

TEST(WithoutMemory, waits_inside_tasks_throw_or_work) {
  survives_without_memory("waits inside tasks", [](Trial& trial) {
    ThreadPoolExecutor executor(2);
    trial
        .keep(executor.submit([&trial, &executor] {
          auto futures = some(trial, executor);
          futures.front().wait();
          (void)wait(futures, ReturnWhen::first_completed);
          for (const auto& future : as_completed(futures)) EXPECT_TRUE(future.done());
          return trial.submit(executor).result();
        }))
        .wait();
  });
}

// A wait for a future of another pool blocks, and is registered in the search for circles.
TEST(WithoutMemory, waits_inside_tasks_for_other_pools_throw_or_work) {
  survives_without_memory("waits for other pools", [](Trial& trial) {
    ThreadPoolExecutor others(1);
    ThreadPoolExecutor executor(1);
    Promise<int> slow;
    const Future<int> answer = slow.get_future();
    const auto waiting = trial.keep(executor.submit([answer] {
      (void)answer.result();
      return Witness();
    }));
    (void)waiting.wait(1ms);
    slow.set_value(1);
    trial.submit(others).wait();
    waiting.wait();
  });
}

TEST(WithoutMemory, circles_of_waits_are_found_or_the_wait_throws) {
  survives_without_memory("a circle of waits", [](Trial&) {
    ThreadPoolExecutor executor(1);
    Promise<Future<void>> self;
    const Future<Future<void>> known = self.get_future();
    const Future<void> future = executor.submit([known] { known.result().wait(); });
    self.set_value(future);
    const std::exception_ptr error = future.exception();
    EXPECT_TRUE(is_a<DeadlockError>(error) || is_a<std::bad_alloc>(error)) << text_of(error);
  });
}

}  // namespace
}  // namespace fanout::test
