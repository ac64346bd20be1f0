// SPDX-License-Identifier: MIT
// Waits that would form a circle throw in the task whose wait would close it; the others get on.
#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/tasks.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

using Text = Future<std::string>;

// Tasks that wait for each other in a ring. Each is told its successor once all are submitted.
class Ring {
 public:
  explicit Ring(std::size_t size) : tasks_(size), waiters_(size) {}

  // Submits task number i; it waits with `wait_for(successor)`.
  void submit(ThreadPoolExecutor& executor, std::size_t i,
              std::function<std::string(const Text&)> wait_for) {
    tasks_[i] = executor.submit({.name = "task number " + std::to_string(i)}, [this, i, wait_for] {
      all_submitted_.pass();
      waiters_[i] = own_thread_id();
      try {
        return wait_for(tasks_[(i + 1) % tasks_.size()]);
      } catch (const DeadlockError& error) {
        ++refused_;
        return std::string("refused: ") + error.what();
      }
    });
  }

  void close() { all_submitted_.open(); }
  const Text& task(std::size_t i) const { return tasks_[i]; }
  int refused() const { return refused_; }
  pid_t waiter(std::size_t i) const { return waiters_[i]; }

  // One task was refused, its text names all of them, and every other got its successor's text.
  void check_one_refused() const {
    std::size_t refused = tasks_.size();
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const std::string& text = tasks_[i].result();
      EXPECT_TRUE(holds(text, "refused: "));
      if (text.starts_with("refused: ")) {
        EXPECT_EQ(refused, tasks_.size()) << "refused a second time: " << text;
        refused = i;
      }
    }
    EXPECT_EQ(refused_, 1);
    ASSERT_LT(refused, tasks_.size());
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      EXPECT_TRUE(holds(tasks_[refused].result(), "task number " + std::to_string(i)));
    }
  }

 private:
  std::vector<Text> tasks_;
  std::vector<std::atomic<pid_t>> waiters_;
  Gate all_submitted_;
  std::atomic<int> refused_ = 0;
};

std::string by_result(const Text& next) { return "got " + next.result(); }

std::string by_wait_for_all(const Text& next) {
  Promise<std::string> done;
  done.set_value("");
  (void)wait({next, done.get_future()});
  return "got " + next.result();
}

// The first deadlock shown in Python's documentation: two tasks that wait for each other.
IN_PROCESS_TEST(Deadlock, of_two_tasks_is_refused_to_one_of_them_and_the_other_gets_on) {
  for (const int workers : {1, 2, 5}) {
    const auto executor = TypeParam::make(workers);
    Ring ring(2);
    ring.submit(*executor, 0, by_result);
    ring.submit(*executor, 1, by_result);
    ring.close();
    ring.check_one_refused();
  }
}

IN_PROCESS_TEST(Deadlock, of_three_tasks_is_refused_to_one_of_them) {
  for (const int workers : {1, 2, 3}) {
    const auto executor = TypeParam::make(workers);
    Ring ring(3);
    for (const std::size_t i : {0U, 1U, 2U}) {
      ring.submit(*executor, i, by_result);
    }
    ring.close();
    ring.check_one_refused();
  }
}

IN_PROCESS_TEST(Deadlock, across_pools_is_refused) {
  for (const std::size_t pools : {2U, 3U}) {
    std::vector<decltype(TypeParam::make())> executors;
    Ring ring(pools);
    for (std::size_t i = 0; i < pools; ++i) {
      executors.push_back(TypeParam::make(1));
    }
    for (std::size_t i = 0; i < pools; ++i) {
      ring.submit(*executors[i], i, by_result);
    }
    ring.close();
    ring.check_one_refused();
  }
}

IN_PROCESS_TEST(Deadlock, through_waits_for_all_of_several_is_refused) {
  const auto executor = TypeParam::make(2);
  Ring ring(2);
  ring.submit(*executor, 0, by_wait_for_all);
  ring.submit(*executor, 1, by_result);
  ring.close();
  ring.check_one_refused();
}

IN_PROCESS_TEST(Deadlock, through_waits_for_all_across_pools_is_refused) {
  const auto one = TypeParam::make(1);
  const auto two = TypeParam::make(1);
  Ring ring(2);
  ring.submit(*one, 0, by_wait_for_all);
  ring.submit(*two, 1, by_wait_for_all);
  ring.close();
  ring.check_one_refused();
}

// Every way of waiting for one future counts.
IN_PROCESS_TEST(Deadlock, is_found_in_every_kind_of_wait) {
  const std::vector<std::function<std::string(const Text&)>> kinds{
      [](const Text& next) { return next.wait(), "got " + next.result(); },
      [](const Text& next) { return (void)next.exception(), "got " + next.result(); },
      [](const Text& next) { return "got " + std::string(next.take()); },
      [](const Text& next) { return "got " + Text(next).result(); },
  };
  for (const auto& kind : kinds) {
    const auto executor = TypeParam::make(2);
    Ring ring(2);
    ring.submit(*executor, 0, kind);
    ring.submit(*executor, 1, by_result);
    ring.close();
    wait({ring.task(0), ring.task(1)});
    EXPECT_EQ(ring.refused(), 1);
  }
}

IN_PROCESS_TEST(Deadlock, of_a_task_with_itself_is_refused) {
  const auto executor = TypeParam::make(1);
  Ring ring(1);
  ring.submit(*executor, 0, by_result);
  ring.close();
  ring.check_one_refused();
}

// Not a circle: whoever waits for the first of several may yet be woken by another of them.
IN_PROCESS_TEST(Deadlock, does_not_count_a_wait_for_the_first_of_several) {
  const auto executor = TypeParam::make(2);
  Promise<std::string> rescue;
  Ring ring(2);
  std::latch both_began(2);  // a task that has not begun would be run by its waiter, on top of it
  ring.submit(*executor, 0, [&](const Text& next) {
    both_began.arrive_and_wait();
    const auto [done, not_done] = wait({next, rescue.get_future()}, ReturnWhen::first_completed);
    EXPECT_EQ(done, std::vector<Text>{rescue.get_future()});
    return done.at(0).result();
  });
  ring.submit(*executor, 1, [&](const Text& next) {
    both_began.arrive_and_wait();
    return by_result(next);
  });
  ring.close();
  both_began.wait();
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_TRUE(until_thread_sleeps(ring.waiter(i)));
  }
  rescue.set_value("rescued");
  EXPECT_EQ(ring.task(1).result(), "got rescued");
  EXPECT_EQ(ring.refused(), 0);
}

// Not a circle either: it ends by itself.
IN_PROCESS_TEST(Deadlock, does_not_count_a_wait_with_a_timeout) {
  const auto executor = TypeParam::make(2);
  Ring ring(2);
  ring.submit(*executor, 0, [](const Text& next) {
    return std::string(next.wait(20ms) ? "done in time" : "timed out");
  });
  ring.submit(*executor, 1, by_result);
  ring.close();
  EXPECT_EQ(ring.task(0).result(), "timed out");
  EXPECT_EQ(ring.task(1).result(), "got timed out");
  EXPECT_EQ(ring.refused(), 0);
}

// The refusal is an ordinary exception of the task that waited.
IN_PROCESS_TEST(Deadlock, that_nobody_catches_fails_the_tasks_around_the_circle) {
  const auto executor = TypeParam::make(2);
  Gate both_submitted;
  std::array<Future<int>, 2> tasks;
  for (const std::size_t i : {0U, 1U}) {
    tasks[i] = executor->submit([&, i] {
      both_submitted.pass();
      return tasks[1 - i].result();
    });
  }
  both_submitted.open();
  for (const auto& task : tasks) {
    task.wait();
    check_failed<DeadlockError>(task);
  }
  EXPECT_EQ(executor->submit(add, 1, 1).result(), 2);  // the pool goes on
}

// A task that has no name of its own is told apart all the same.
IN_PROCESS_TEST(Deadlock, says_something_of_tasks_without_a_name) {
  const auto executor = TypeParam::make(1);
  Future<int> self;
  Gate assigned;
  self = executor->submit([&] {
    assigned.pass();
    return self.result();
  });
  assigned.open();
  self.wait();
  EXPECT_FALSE(check_failed<DeadlockError>(self).empty());
}

// Waits that were counted are forgotten when they end; later ones are judged by what is true then.
IN_PROCESS_TEST(Deadlock, is_not_seen_where_there_was_a_wait_before) {
  const auto executor = TypeParam::make(2);
  for (int round = 0; round < 300; ++round) {
    Gate submitted;
    Future<int> second;
    const Future<int> first = executor->submit([&] {
      submitted.pass();
      return second.result() + 1;
    });
    second = executor->submit([] { return 1; });
    submitted.open();
    EXPECT_EQ(first.result(), 2);
    // The same thread now waits the other way round.
    EXPECT_EQ(executor->submit([&] { return first.result() + second.result(); }).result(), 3);
  }
}

// Waits through a chain of tasks on their way to a circle are no circle.
IN_PROCESS_TEST(Deadlock, is_not_seen_in_a_tree_of_waits) {
  const auto executor = TypeParam::make(3);
  const Future<int> shared = executor->submit([] { return 1; });
  std::vector<Future<int>> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(executor->submit([&] {
      const Future<int> own = executor->submit(square, 3);
      (void)wait({own, shared});
      return own.result() + shared.result();
    }));
  }
  for (const auto& future : waiting) {
    EXPECT_EQ(future.result(), 10);
  }
}

}  // namespace
}  // namespace fanout::test
