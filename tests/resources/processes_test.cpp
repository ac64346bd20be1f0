// SPDX-License-Identifier: MIT
// Memory and threads run out for a thread that submits to a process pool.
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "resources/trial.hpp"

namespace fanout::test {
namespace {

std::string bigger(std::string text) { return text + text; }

std::string end_worker() { _exit(3); }

// Nor has the pool's own thread any: it puts off what it can and breaks the pool when that takes too
// long, and no future is left without an outcome.
class PoolWithoutMemory : public ::testing::TestWithParam<StartMethod> {};
INSTANTIATE_TEST_SUITE_P(Processes, PoolWithoutMemory,
                         ::testing::Values(StartMethod::spawn, StartMethod::forkserver),
                         [](const auto& method) {
                           return method.param == StartMethod::spawn ? "spawn" : "forkserver";
                         });

TEST_P(PoolWithoutMemory, goes_on_or_is_broken_by_that) {
  const auto scenario = [](Trial&) {
    ProcessPoolExecutor executor({.max_workers = 2, .start_method = GetParam()});
    std::vector<Future<std::string>> futures;
    futures.reserve(4);
    try {
      futures.push_back(executor.submit({.timeout = std::chrono::hours(1)}, greeting, "you"));
      futures.push_back(executor.submit(bigger, std::string(std::size_t{1} << 16, 'x')));
      futures.push_back(executor.submit(end_worker));
      futures.push_back(executor.submit(greeting, "them"));
    } catch (const BrokenProcessPool&) {  // meanwhile
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::not_enough_memory);  // pages for a worker
    }
    for (const auto& future : futures) {
      const std::exception_ptr error = future.exception();
      EXPECT_TRUE(error == nullptr || is_a<std::bad_alloc>(error) || is_a<WorkerDied>(error) ||
                  is_a<BrokenProcessPool>(error) || is_a<std::system_error>(error))
          << text_of(error);
    }
  };
  survives_everywhere<std::bad_alloc>("a process pool", scenario, Resource::memory);
}

// What the pool's own thread allocates is not refused in the others.
void survives_in_the_caller(const char* name, const Scenario& scenario) {
  survives_everywhere<std::bad_alloc>(name, scenario, Resource::memory, Whose::this_threads);
}

TEST(WithoutMemory, a_process_pool_starts_and_takes_tasks_or_throws) {
  survives_in_the_caller("submit to a process pool", [](Trial&) {
    ProcessPoolExecutor executor(1);
    std::vector<Future<std::string>> futures;
    futures.reserve(3);
    for (int i = 0; i < 3; ++i) futures.push_back(executor.submit(greeting, "you"));
    (void)executor.submit({.name = "a name too long to be kept in place"}, nothing, 1);
  });
}

TEST(WithoutMemory, map_on_a_process_pool_throws_or_works) {
  survives_in_the_caller("map on a process pool", [](Trial&) {
    ProcessPoolExecutor executor(1);
    (void)executor.map({.chunksize = 2}, square, numbers(5));
  });
}

// Neither the pool nor its worker is the worse for it.
TEST(WithoutMemory, a_process_pool_works_again_when_there_is_memory) {
  ProcessPoolExecutor executor(1);
  EXPECT_EQ(executor.submit(square, 2).result(), 4);
  for (long request = 1; request < 10; ++request) {
    Future<std::string> future;
    {
      const Shortage shortage(Resource::memory, request, true, Whose::this_threads);
      try {
        future = executor.submit(greeting, "you");
      } catch (const std::bad_alloc&) {
        continue;
      }
    }
    const std::exception_ptr error = future.exception();
    EXPECT_TRUE(error == nullptr || is_a<std::bad_alloc>(error)) << text_of(error);
    EXPECT_EQ(executor.submit(greeting, "them").result(), "hello them");
  }
}

TEST(WithoutThreads, a_process_pool_says_so_at_submit) {
  ProcessPoolExecutor executor(1);
  {
    const Shortage shortage(Resource::threads, 1, true);
    thrown<std::system_error>([&] { (void)executor.submit(nothing, 1); });
  }
  executor.submit(nothing, 1).wait();
}

}  // namespace
}  // namespace fanout::test
