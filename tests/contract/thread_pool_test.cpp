// SPDX-License-Identifier: MIT
// What a pool of threads promises beyond being an executor: its size, its threads, its numbers.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/resources.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Futures = std::vector<Future<int>>;

std::string own_name() { return name_of_thread(own_thread_id()); }

// How many CPUs the cgroup of this process may use at a time; a large number if it sets no bound.
int cpus_by_quota() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  long period = 0;
  if (v2 >> quota >> period && quota != "max" && period > 0) {
    return std::max(1, static_cast<int>((std::stol(quota) + period - 1) / period));
  }
  std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  long time = -1;
  if (v1_quota >> time && v1_period >> period && time > 0 && period > 0) {
    return std::max(1, static_cast<int>((time + period - 1) / period));
  }
  return 1 << 20;
}

// Runs so many tasks at the same time that every worker the pool is willing to start has one.
int workers_of_a_flood(ThreadPoolExecutor& executor) {
  Door door;
  constexpr int flood = 100;
  Futures futures;
  for (int i = 0; i < flood; ++i) {
    futures.push_back(executor.submit(stand_at, door.path(), i));
  }
  int workers = 0;
  EXPECT_TRUE(eventually([&] {
    workers = executor.stats().workers;
    return executor.stats().running == static_cast<std::uint64_t>(workers) &&
           door.unawaited() == workers;
  }));
  door.open(flood);
  wait(futures);
  return workers;
}

// conformance: 56
// behaviour: 28
TEST(ThreadPool, takes_no_number_of_workers_below_one) {
  for (const int count : {0, -1, -1000}) {
    EXPECT_EQ(thrown<std::invalid_argument>([&] { ThreadPoolExecutor executor(count); }),
              "max_workers must be greater than 0");
    EXPECT_EQ(
        thrown<std::invalid_argument>([&] { ThreadPoolExecutor executor({.max_workers = count}); }),
        "max_workers must be greater than 0");
  }
  thrown<std::invalid_argument>([] { ThreadPoolExecutor executor(-1L); });
}

TEST(ThreadPool, takes_any_integer_type_and_options) {
  const unsigned char small = 2;
  ThreadPoolExecutor from_small(small);
  ThreadPoolExecutor from_size(std::size_t{3});
  ThreadPoolExecutor from_defaults;
  ThreadPoolExecutor from_empty_braces({});
  ThreadPoolExecutor from_options{{.max_workers = 2}};
  EXPECT_EQ(workers_of_a_flood(from_small), 2);
  EXPECT_EQ(workers_of_a_flood(from_size), 3);
  EXPECT_EQ(workers_of_a_flood(from_options), 2);
  EXPECT_EQ(workers_of_a_flood(from_empty_braces), workers_of_a_flood(from_defaults));
  EXPECT_EQ(from_defaults.submit(add, 1, 1).result(), 2);
}

// conformance: 60
// behaviour: 27
TEST(ThreadPool, has_by_default_the_usable_processors_and_four_but_not_more_than_32) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  const auto expected = [](int cpus) { return std::min(32, std::min(cpus, cpus_by_quota()) + 4); };
  {
    ThreadPoolExecutor executor;
    EXPECT_EQ(workers_of_a_flood(executor), expected(CPU_COUNT(&all)));
  }
  // One processor only, whichever it is.
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &all)) {
      CPU_SET(cpu, &one);
      break;
    }
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  {
    ThreadPoolExecutor executor;
    EXPECT_EQ(workers_of_a_flood(executor), expected(1));
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

// behaviour: 26
TEST(ThreadPool, starts_no_thread_before_the_first_task) {
  const Resources before = Resources::now();
  ThreadPoolExecutor executor(8);
  EXPECT_EQ(left_over(before, Resources::now()), "");
  EXPECT_EQ(executor.stats().workers, 0);
  executor.submit(add, 1, 1).result();
  EXPECT_EQ(executor.stats().workers, 1);
}

// conformance: 62
// behaviour: 26
TEST(ThreadPool, uses_an_idle_worker_before_it_starts_another) {
  ThreadPoolExecutor executor(8);
  std::set<std::thread::id> threads;
  for (int i = 0; i < 50; ++i) {
    threads.insert(executor.submit([] { return std::this_thread::get_id(); }).result());
    ASSERT_TRUE(eventually([&] { return executor.stats().idle == executor.stats().workers; }));
  }
  EXPECT_EQ(threads.size(), 1U);
  EXPECT_EQ(executor.stats().workers, 1);
}

// conformance: 61, 97
TEST(ThreadPool, of_four_workers_runs_sixty_blocked_tasks_on_exactly_four_threads) {
  const Resources before = Resources::now();
  ThreadPoolExecutor executor(4);
  {
    Door door;
    Futures futures;
    for (int i = 0; i < 60; ++i) {
      futures.push_back(executor.submit(stand_at, door.path(), i));
    }
    door.await(4);
    EXPECT_EQ(executor.stats().workers, 4);
    EXPECT_EQ(Resources::now().threads.size(), before.threads.size() + 4);
    door.open(60);
    wait(futures);
  }
  EXPECT_EQ(executor.stats().workers, 4);
}

// conformance: 194
TEST(ThreadPool, of_more_workers_than_processors_runs_them_all_at_once) {
  constexpr int workers = 40;
  ThreadPoolExecutor executor(workers);
  std::latch all_here(workers);
  Futures futures;
  for (int i = 0; i < workers; ++i) {
    futures.push_back(executor.submit([&all_here, i] {
      all_here.arrive_and_wait();
      return i;
    }));
  }
  int sum = 0;
  for (const auto& future : futures) {
    sum += future.result();
  }
  EXPECT_EQ(sum, workers * (workers - 1) / 2);
}

// conformance: 80
// behaviour: 29
TEST(ThreadPool, names_its_threads_prefix_and_number) {
  ThreadPoolExecutor executor({.max_workers = 3, .thread_name_prefix = "fetch"});
  std::latch all_here(3);
  std::vector<Future<std::string>> futures;
  for (int i = 0; i < 3; ++i) {
    futures.push_back(executor.submit([&] {
      all_here.arrive_and_wait();
      return own_name();
    }));
  }
  std::set<std::string> names;
  for (auto& future : futures) {
    names.insert(future.result());
  }
  EXPECT_EQ(names, (std::set<std::string>{"fetch_0", "fetch_1", "fetch_2"}));
}

// conformance: 80
// behaviour: 29
TEST(ThreadPool, cuts_long_names_to_what_the_system_allows) {
  ThreadPoolExecutor executor(
      {.max_workers = 1, .thread_name_prefix = "a prefix of more than fifteen bytes"});
  const std::string name = executor.submit(own_name).result();
  EXPECT_LE(name.size(), 15U);
  EXPECT_NE(name, own_name());
  EXPECT_FALSE(name.empty());
}

// conformance: 81
// behaviour: 29
TEST(ThreadPool, has_a_name_of_its_own_if_none_is_given) {
  ThreadPoolExecutor one(1), two(1);
  const std::string first = one.submit(own_name).result();
  const std::string second = two.submit(own_name).result();
  EXPECT_NE(first, second);
  EXPECT_NE(first, own_name());
}

// conformance: 207
TEST(ThreadPool, counts_its_workers_and_tasks) {
  ThreadPoolExecutor executor(2);
  {
    const auto stats = executor.stats();
    EXPECT_EQ(stats.workers, 0);
    EXPECT_EQ(stats.idle, 0);
    EXPECT_EQ(stats.pending, 0U);
    EXPECT_EQ(stats.running, 0U);
    EXPECT_EQ(stats.completed, 0U);
    EXPECT_EQ(stats.overrun, 0);
  }
  Door door;
  auto standing = occupy(executor, door, 2);
  Futures queued{executor.submit(add, 1, 1), executor.submit(add, 2, 2),
                 executor.submit(add, 3, 3)};
  {
    const auto stats = executor.stats();
    EXPECT_EQ(stats.workers, 2);
    EXPECT_EQ(stats.idle, 0);
    EXPECT_EQ(stats.pending, 3U);
    EXPECT_EQ(stats.running, 2U);
    EXPECT_EQ(stats.completed, 0U);
  }
  EXPECT_TRUE(queued[1].cancel());
  EXPECT_TRUE(eventually([&] { return executor.stats().pending == 2; }));
  door.open(2);
  wait(queued);
  wait(standing);
  EXPECT_TRUE(eventually([&] {
    const auto stats = executor.stats();
    return stats.idle == 2 && stats.pending == 0 && stats.running == 0 && stats.completed == 4;
  })) << executor.stats().completed
      << " completed";
  // A failure is completed too.
  (void)executor.submit(fail, std::string("x")).exception();
  EXPECT_TRUE(eventually([&] { return executor.stats().completed == 5; }));
}

// conformance: 207
TEST(ThreadPool, never_overestimates_its_numbers) {
  constexpr int workers = 3;
  constexpr std::uint64_t tasks = 5000;
  ThreadPoolExecutor executor(workers);
  std::atomic<bool> ended = false;
  std::jthread reader([&] {
    std::uint64_t completed_before = 0;
    while (!ended) {
      const auto stats = executor.stats();
      EXPECT_LE(stats.workers, workers);
      EXPECT_LE(stats.idle, workers);
      EXPECT_GE(stats.idle, 0);
      EXPECT_LE(stats.running, static_cast<std::uint64_t>(workers));
      EXPECT_LE(stats.pending, tasks);
      EXPECT_LE(stats.completed, tasks);
      EXPECT_GE(stats.completed, completed_before);
      completed_before = stats.completed;
    }
  });
  Futures futures;
  for (std::uint64_t i = 0; i < tasks; ++i) {
    futures.push_back(executor.submit(square, 7));
  }
  wait(futures);
  ended = true;
}

TEST(ThreadPool, uses_no_processor_time_while_it_is_idle) {
  ThreadPoolExecutor executor(4);
  const auto id_of_worker = executor.submit(own_thread_id).result();
  EXPECT_TRUE(until_thread_sleeps(id_of_worker));
}

// conformance: 55
// behaviour: 24
TEST(ThreadPool, keeps_no_reference_to_callable_or_arguments_while_it_parks) {
  ThreadPoolExecutor executor(1);
  const auto captured = std::make_shared<int>(1);
  const auto argument = std::make_shared<int>(2);
  executor.submit([captured](const std::shared_ptr<int>&) {}, argument)
      .add_done_callback([](const auto&) {});  // and nobody holds the future
  EXPECT_TRUE(eventually([&] { return captured.use_count() == 1 && argument.use_count() == 1; }));
}

// A thread that waits in a task occupies its worker; the others go on with everything else.
// behaviour: 25
TEST(ThreadPool, is_not_held_up_by_one_slow_task) {
  ThreadPoolExecutor executor(2);
  Door door;
  const auto standing = occupy(executor, door, 1);
  Futures futures;
  for (int i = 0; i < 1000; ++i) {
    futures.push_back(executor.submit(square, i % 100));
  }
  EXPECT_EQ(wait(futures).done.size(), 1000U);  // though one of the two workers is not to be had
  door.open();
}

// conformance: 152
TEST(ThreadPool, may_exist_in_any_number) {
  std::vector<std::unique_ptr<ThreadPoolExecutor>> pools;
  Futures futures;
  for (int i = 0; i < 16; ++i) {
    pools.push_back(std::make_unique<ThreadPoolExecutor>(2));
  }
  for (int i = 0; i < 2048; ++i) {
    futures.push_back(pools[static_cast<std::size_t>(i) % pools.size()]->submit(square, i));
  }
  for (std::size_t i = 0; i < futures.size(); ++i) {
    EXPECT_EQ(futures[i].result(), static_cast<int>(i * i));
  }
}

}  // namespace
}  // namespace fanout::test
