// SPDX-License-Identifier: MIT
// The places of a bounded queue: taken, given up, waited for in order, and closed.
#include "threads/backlog.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/sanitizers.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using detail::Backlog;
using Entry = Backlog::Entry;

TEST(Backlog, has_as_many_places_as_it_was_given) {
  Backlog backlog(2);
  EXPECT_TRUE(backlog.bounded());
  EXPECT_EQ(backlog.try_enter(), Entry::entered);
  EXPECT_EQ(backlog.try_enter(), Entry::entered);
  EXPECT_EQ(backlog.try_enter(), Entry::full);
  backlog.leave();
  EXPECT_EQ(backlog.try_enter(), Entry::entered);
  EXPECT_EQ(backlog.try_enter(), Entry::full);
}

TEST(Backlog, without_places_it_is_unbounded) { EXPECT_FALSE(Backlog(0).bounded()); }

TEST(Backlog, who_may_wait_enters_at_once_while_there_is_room) {
  Backlog backlog(1);
  EXPECT_EQ(backlog.enter(), Entry::entered);
  EXPECT_EQ(backlog.try_enter(), Entry::full);
}

// Threads that wait for a place, asleep one after the other, and the order in which they got one.
class Queue {
 public:
  explicit Queue(Backlog& backlog) : backlog_(backlog) {}

  void add() {
    callers_.push_back(std::make_unique<Caller>([this, number = static_cast<int>(callers_.size())] {
      const Entry entry = backlog_.enter();
      const std::lock_guard lock(mutex_);
      (entry == Entry::entered ? entered_ : turned_away_).push_back(number);
    }));
    EXPECT_TRUE(callers_.back()->until_blocked());
  }
  void join(std::size_t number) { callers_[number]->join(); }
  std::vector<int> entered() {
    const std::lock_guard lock(mutex_);
    return entered_;
  }
  std::size_t turned_away() {
    const std::lock_guard lock(mutex_);
    return turned_away_.size();
  }

 private:
  Backlog& backlog_;
  std::mutex mutex_;
  std::vector<int> entered_;      // under mutex_
  std::vector<int> turned_away_;  // under mutex_
  std::vector<std::unique_ptr<Caller>> callers_;
};

TEST(Backlog, who_waits_first_enters_first) {
  Backlog backlog(1);
  ASSERT_EQ(backlog.try_enter(), Entry::entered);
  Queue queue(backlog);
  for (int i = 0; i < 4; ++i) queue.add();
  for (std::size_t i = 0; i < 4; ++i) {
    backlog.leave();
    queue.join(i);
  }
  EXPECT_EQ(queue.entered(), (std::vector{0, 1, 2, 3}));
}

TEST(Backlog, a_place_given_up_goes_to_who_waits_and_to_nobody_else) {
  Backlog backlog(1);
  ASSERT_EQ(backlog.try_enter(), Entry::entered);
  Queue queue(backlog);
  queue.add();
  backlog.leave();
  EXPECT_EQ(backlog.try_enter(), Entry::full) << "the place changed hands and stays taken";
  queue.join(0);
  backlog.leave();
  EXPECT_EQ(backlog.try_enter(), Entry::entered);
}

TEST(Backlog, may_be_waited_for_again_after_the_queue_was_empty) {
  Backlog backlog(1);
  ASSERT_EQ(backlog.try_enter(), Entry::entered);
  for (int round = 0; round < 3; ++round) {
    Queue queue(backlog);
    queue.add();
    queue.add();
    backlog.leave();
    queue.join(0);
    backlog.leave();
    queue.join(1);
    EXPECT_EQ(queue.entered(), (std::vector{0, 1}));
  }
}

TEST(Backlog, closed_it_turns_everybody_away) {
  Backlog backlog(2);
  ASSERT_EQ(backlog.try_enter(), Entry::entered);
  backlog.close();
  EXPECT_EQ(backlog.try_enter(), Entry::closed) << "although there is room";
  EXPECT_EQ(backlog.enter(), Entry::closed);
  backlog.leave();
  backlog.close();
  EXPECT_EQ(backlog.try_enter(), Entry::closed);
}

TEST(Backlog, closed_it_turns_away_who_waits) {
  Backlog backlog(1);
  ASSERT_EQ(backlog.try_enter(), Entry::entered);
  Queue queue(backlog);
  for (int i = 0; i < 3; ++i) queue.add();
  backlog.close();
  for (std::size_t i = 0; i < 3; ++i) queue.join(i);
  EXPECT_EQ(queue.turned_away(), 3u);
  EXPECT_TRUE(queue.entered().empty());
}

TEST(Backlog, is_never_overcrowded) {
  constexpr int places = 2;
  constexpr int rounds = sanitized ? 1'000 : 10'000;
  Backlog backlog(places);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) {
        const bool patient = (round + i) % 2 == 0;
        const Entry entry = patient ? backlog.enter() : backlog.try_enter();
        if (entry != Entry::entered) continue;
        const int now = ++inside;
        for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
        }
        --inside;
        backlog.leave();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, places);
  for (int i = 0; i < places; ++i) EXPECT_EQ(backlog.try_enter(), Entry::entered) << "none is lost";
  EXPECT_EQ(backlog.try_enter(), Entry::full);
}

}  // namespace
}  // namespace fanout::test
