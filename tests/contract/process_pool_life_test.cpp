// SPDX-License-Identifier: MIT
// The life of a process pool: workers that leave and come back, pools that come and go.
#include <cstdlib>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/resources.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

int own_pid(int = 0) { return getpid(); }

std::string environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

class ProcessPoolLife : public ::testing::TestWithParam<StartMethod> {
 protected:
  static ProcessPoolOptions with(int workers) {
    return {.max_workers = workers, .start_method = GetParam()};
  }
  static ProcessPoolOptions with_one_task_per_child(int workers) {
    return {.max_workers = workers, .start_method = GetParam(), .max_tasks_per_child = 1};
  }
};
INSTANTIATE_TEST_SUITE_P(Processes, ProcessPoolLife,
                         ::testing::Values(StartMethod::spawn, StartMethod::forkserver),
                         [](const auto& method) {
                           return method.param == StartMethod::spawn ? "spawn" : "forkserver";
                         });

void check_squares(const std::vector<Future<int>>& futures) {
  for (std::size_t i = 0; i < futures.size(); ++i) {
    EXPECT_EQ(futures[i].result(), static_cast<int>(i * i));
  }
}

// --- workers that leave ---

// The callback runs when the only worker has done its only task and leaves.
// conformance: 103
TEST_P(ProcessPoolLife, shut_down_without_wait_while_the_worker_leaves_runs_the_rest) {
  ProcessPoolExecutor executor(with_one_task_per_child(1));
  Door door;
  const auto standing = occupy(executor, door, 1);
  std::vector<Future<int>> queued;
  for (int i = 0; i < 5; ++i) queued.push_back(executor.submit(square, i));
  standing[0].add_done_callback([&](const Future<int>&) { executor.shutdown({.wait = false}); });
  door.open();
  check_squares(queued);
  thrown<ShutdownError>([&] { (void)executor.submit(square, 1); });
}

// conformance: 104
TEST_P(ProcessPoolLife, ended_while_the_last_worker_leaves_leaves_nothing_pending) {
  std::vector<Future<int>> futures;
  {
    ProcessPoolExecutor executor(with_one_task_per_child(1));
    for (int i = 0; i < 4; ++i) futures.push_back(executor.submit(square, i));
    futures[0].wait();
  }
  for (const auto& future : futures) check_finished(future);
  check_squares(futures);
}

// conformance: 169
TEST_P(ProcessPoolLife, brings_workers_back_that_have_left) {
  ProcessPoolExecutor executor(with_one_task_per_child(2));
  std::set<int> pids;
  for (int round = 0; round < 5; ++round) {
    Door door;
    const auto standing = occupy(executor, door, 2);  // returns when both run at once
    door.open(2);
    wait(standing);
    EXPECT_TRUE(pids.insert(executor.submit(own_pid, 0).result()).second);
  }
}

// conformance: 191
TEST_P(ProcessPoolLife, refuses_no_submit_while_workers_are_replaced) {
  ProcessPoolExecutor executor(with_one_task_per_child(2));
  std::vector<std::vector<Future<int>>> futures(3);
  {
    std::vector<std::jthread> threads;
    for (auto& own : futures) {
      threads.emplace_back([&own, &executor] {
        for (int i = 0; i < 10; ++i) {
          own.push_back(executor.submit(square, i));
          own.back().wait();
        }
      });
    }
  }
  for (const auto& own : futures) {
    ASSERT_EQ(own.size(), 10U);
    check_squares(own);
  }
}

// --- pools that come and go ---

// conformance: 179
TEST_P(ProcessPoolLife, begins_anew_with_another_pool_after_workers_were_killed) {
  for (int round = 0; round < 3; ++round) {
    ProcessPoolExecutor killed(with(2));
    Door door;
    const auto standing = occupy(killed, door, 2);
    killed.kill_workers();
    ProcessPoolExecutor executor(with(2));
    EXPECT_EQ(executor.submit(square, round).result(), round * round);
    for (const auto& future : standing) {
      future.wait();
      check_failed<BrokenProcessPool>(future);
    }
  }
}

// conformance: 186
TEST_P(ProcessPoolLife, of_pools_in_any_number_and_size_leaves_nothing_behind) {
  const Resources before = Resources::now();
  for (const bool killed : {false, true}) {
    std::vector<std::unique_ptr<ProcessPoolExecutor>> pools;
    for (const int workers : {1, 3, 2, 4}) {
      pools.push_back(std::make_unique<ProcessPoolExecutor>(with(workers)));
      Door door;
      const auto standing = occupy(*pools.back(), door, workers);
      if (killed) pools.back()->kill_workers();
      door.open(workers);
      for (const auto& future : standing) EXPECT_EQ(future.exception() != nullptr, killed);
    }
    pools.erase(pools.begin() + 1);  // not in the order in which they came
  }
  EXPECT_TRUE(eventually([&] { return left_over(before, Resources::now()).empty(); }))
      << left_over(before, Resources::now());
}

// Marks its worker.
struct Mark {
  std::string name;
  void operator()() const { setenv(name.c_str(), "marked", 1); }
};

// conformance: 195
TEST_P(ProcessPoolLife, with_another_initializer_is_that_of_another_pool_with_new_workers) {
  std::set<int> pids;
  for (const std::string name : {"FANOUT_TEST_FIRST", "FANOUT_TEST_SECOND"}) {
    ProcessPoolOptions options = with(1);
    options.initializer = Mark{name};
    ProcessPoolExecutor executor(options);
    EXPECT_TRUE(pids.insert(executor.submit(own_pid, 0).result()).second);
    for (const std::string other : {"FANOUT_TEST_FIRST", "FANOUT_TEST_SECOND"}) {
      EXPECT_EQ(executor.submit(environment, other).result(), other == name ? "marked" : "");
    }
  }
}

// Each level is a worker of the one above.
std::vector<int> pids_down_to(int level) {
  std::vector<int> pids;
  if (level > 0) {
    ProcessPoolExecutor executor(1);
    pids = executor.submit(pids_down_to, level - 1).result();
  }
  pids.push_back(getpid());
  return pids;
}

// conformance: 171
TEST_P(ProcessPoolLife, goes_on_in_workers_of_workers) {
  ProcessPoolExecutor executor(with(1));
  const std::vector<int> pids = executor.submit(pids_down_to, 3).result();
  EXPECT_EQ(pids.size(), 4U);
  EXPECT_EQ(std::set<int>(pids.begin(), pids.end()).size(), 4U);
}

// --- what its workers inherit ---

// conformance: 175
TEST_P(ProcessPoolLife, gives_workers_the_environment_of_this_program) {
  ASSERT_EQ(setenv("FANOUT_TEST_INHERITED", "from above", 1), 0);
  ProcessPoolExecutor executor(with(1));
  EXPECT_EQ(executor.submit(environment, "FANOUT_TEST_INHERITED").result(), "from above");
  ASSERT_EQ(unsetenv("FANOUT_TEST_INHERITED"), 0);
}

int read_stdin_in_a_child(int) { return std::system("cat"); }

// conformance: 192
TEST_P(ProcessPoolLife, gives_workers_a_stdin_that_their_children_can_read_to_its_end) {
  ProcessPoolExecutor executor(with(1));
  EXPECT_EQ(executor.submit(read_stdin_in_a_child, 0).result(), 0);
}

// --- many callers ---

// conformance: 190
TEST_P(ProcessPoolLife, may_be_shared_by_ten_threads_from_its_start) {
  constexpr int callers = 10;
  ProcessPoolExecutor executor(with(2));
  std::latch start(callers);
  std::vector<int> sums(callers);
  {
    std::vector<std::jthread> threads;
    for (int& sum : sums) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        sum = executor.submit(square, 10).result();
        for (const int value : executor.map(square, numbers(4))) sum += value;
      });
    }
  }
  for (const int sum : sums) EXPECT_EQ(sum, 114);
}

// The pool's own thread empties nothing as long as it is in the callback.
// conformance: 131
TEST_P(ProcessPoolLife, takes_hundreds_of_submits_while_its_own_thread_is_busy) {
  ProcessPoolExecutor executor(with(2));
  Gate entered;
  Gate gate;
  Door door;
  const auto standing = occupy(executor, door, 1);
  standing[0].add_done_callback([&](const Future<int>&) {
    entered.open();
    gate.pass();
  });
  door.open();
  entered.pass();
  std::vector<Future<int>> futures;
  for (int i = 0; i < 500; ++i) futures.push_back(executor.submit(square, i));
  gate.open();
  check_squares(futures);
}

// --- what crosses ---

// Takes as long to write as the test wants.
struct Slow {
  Gate* entered = nullptr;
  Gate* gate = nullptr;

  void save(Writer&) const {
    entered->open();
    gate->pass();
  }
  void load(Reader&) {}
};

int take_slow(const Slow&) { return 1; }

// conformance: 196
TEST_P(ProcessPoolLife, is_not_held_up_by_an_argument_that_is_slow_to_write) {
  ProcessPoolExecutor executor(with_one_task_per_child(1));
  Gate entered;
  Gate gate;
  std::jthread submitter([&] {
    thrown<ShutdownError>([&] { (void)executor.submit(take_slow, Slow{&entered, &gate}); });
  });
  entered.pass();
  std::vector<Future<int>> others;
  for (int i = 0; i < 5; ++i) others.push_back(executor.submit(square, i));
  check_squares(others);
  executor.shutdown();  // does not wait for what was never queued
  gate.open();
}

// Counts how often it was written.
struct Counting {
  int written = 0;

  void save(Writer& writer) const { writer(written + 1); }
  void load(Reader& reader) { reader(written); }
};
// The same members, and no way of its own.
struct Plain {
  int written = 0;
};

Counting return_counting(const Counting& value) { return value; }
Plain return_plain(const Plain& value) { return value; }

// conformance: 170
TEST_P(ProcessPoolLife, leaves_the_way_of_a_type_across_to_that_type_and_other_executors_alone) {
  ProcessPoolExecutor executor(with(1));
  ThreadPoolExecutor threads(1);
  EXPECT_EQ(executor.submit(return_counting, Counting{}).result().written, 2);
  EXPECT_EQ(executor.submit(return_plain, Plain{}).result().written, 0);
  EXPECT_EQ(threads.submit(return_counting, Counting{}).result().written, 0);
}

}  // namespace
}  // namespace fanout::test
