// SPDX-License-Identifier: MIT
// The pool beneath the executor: order, help for waiting tasks, shells of cancelled tasks, and
// closing.
#include "threads/pool.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "probe.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using detail::Pool;
using detail::State;
using detail::Status;

// A pool of one worker, and the letters that its tasks write. Destroy it after the tasks are done.
class OneWorker {
 public:
  ~OneWorker() { pool->shutdown({}); }

  // A pending task that writes its letter when it runs.
  Handle make(char letter, std::function<void()> body = {}) {
    auto* const probe = new Probe(fate, std::string(1, letter));
    probe->body = [this, letter, body = std::move(body)] {
      {
        const std::lock_guard lock(mutex_);
        text_ += letter;
      }
      if (body) body();
    };
    return Handle(probe);
  }
  Handle submit(char letter, std::function<void()> body = {}) {
    Handle task = make(letter, std::move(body));
    pool->submit(task.get());
    return task;
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

  Fate fate;
  std::shared_ptr<Pool> pool = std::make_shared<Pool>(ThreadPoolOptions{.max_workers = 1});

 private:
  std::mutex mutex_;
  std::string text_;  // under mutex_
};

TEST(Pool, runs_tasks_from_outside_in_the_order_of_their_submission) {
  OneWorker one;
  std::string expected;
  std::vector<Handle> tasks;
  for (int i = 0; i < 500; ++i) {
    expected += static_cast<char>('a' + i % 26);
    tasks.push_back(one.submit(expected.back()));
  }
  for (const Handle& task : tasks) task->wait();
  EXPECT_EQ(one.text(), expected);
}

TEST(Pool, a_waiting_task_runs_the_awaited_one_and_no_other) {
  for (const bool newest : {true, false}) {
    OneWorker one;
    const Handle outer = one.submit('(', [&] {
      const Handle b = one.submit('b');
      const Handle c = one.submit('c');
      (newest ? c : b)->wait();
      EXPECT_EQ(one.text(), newest ? "(c" : "(b");
    });
    outer->wait();
  }
}

TEST(Pool, a_waiting_task_runs_the_awaited_one_where_it_stands) {
  OneWorker one;
  Gate submitted;
  std::vector<Handle> later;
  const Handle outer = one.submit('(', [&] {
    submitted.pass();
    later[1]->wait();  // in the middle of the queue of tasks from outside
    EXPECT_EQ(one.text(), "(y");
  });
  for (const char letter : {'x', 'y', 'z'}) later.push_back(one.submit(letter));
  submitted.open();
  for (const Handle& task : later) task->wait();
  EXPECT_EQ(one.text(), "(yxz") << "its empty shell is thrown away";
}

TEST(Pool, has_work_while_a_task_waits_for_a_worker) {
  OneWorker one;
  EXPECT_FALSE(one.pool->has_work());
  Gate gate;
  const Handle first = one.submit('1', [&] { gate.pass(); });
  ASSERT_TRUE(eventually([&] { return one.text() == "1"; }));
  EXPECT_FALSE(one.pool->has_work()) << "it runs";
  const Handle second = one.submit('2');
  EXPECT_TRUE(one.pool->has_work());
  gate.open();
  second->wait();
  EXPECT_FALSE(one.pool->has_work());
}

TEST(Pool, throws_the_shells_of_cancelled_tasks_away) {
  OneWorker one;
  {
    Gate gate;
    const Handle first = one.submit('1', [&] { gate.pass(); });
    ASSERT_TRUE(eventually([&] { return one.text() == "1"; }));
    for (int i = 0; i < 10; ++i) one.submit('x')->cancel();
    EXPECT_EQ(one.fate.destroyed, 0) << "they stand in the queue";
    EXPECT_EQ(one.fate.discarded, 10) << "without their callables";
    EXPECT_EQ(one.pool->stats().pending, 0u);
    gate.open();
    one.submit('2')->wait();
  }
  one.pool->shutdown({});
  EXPECT_EQ(one.text(), "12");
  EXPECT_EQ(one.fate.destroyed, 12);
}

TEST(Pool, closing_runs_what_was_submitted_or_cancels_it) {
  for (const bool cancel : {false, true}) {
    OneWorker one;
    Gate gate;
    const Handle first = one.submit('1', [&] { gate.pass(); });
    ASSERT_TRUE(eventually([&] { return one.text() == "1"; }));
    const Handle second = one.submit('2');
    one.pool->shutdown({.wait = false, .cancel_futures = cancel});
    EXPECT_EQ(second->status(), cancel ? Status::cancelled : Status::pending);
    gate.open();
    one.pool->shutdown({});
    EXPECT_EQ(one.text(), cancel ? "1" : "12");
  }
}

TEST(Pool, after_closing_a_task_is_left_to_its_submitter) {
  OneWorker one;
  one.submit('1')->wait();
  one.pool->shutdown({});
  Handle late = one.make('x');
  thrown<ShutdownError>([&] { one.pool->submit(late.get()); });
  EXPECT_EQ(late->status(), Status::pending);
  late->cancel();
  late.drop();
  EXPECT_EQ(one.fate.destroyed, 2) << "it stands in no queue";
  EXPECT_EQ(one.pool->stats().pending, 0u);
}

TEST(Pool, knows_its_own_workers) {
  OneWorker one;
  OneWorker other;
  EXPECT_FALSE(one.pool->on_own_worker());
  one.submit('1',
             [&] {
               EXPECT_TRUE(one.pool->on_own_worker());
               EXPECT_FALSE(other.pool->on_own_worker());
             })
      ->wait();
}

}  // namespace
}  // namespace fanout::test
