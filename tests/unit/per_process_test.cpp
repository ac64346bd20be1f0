// SPDX-License-Identifier: MIT
// One object for all threads of a process, another one for those of a forked child.
#include "core/per_process.hpp"

#include <array>
#include <latch>
#include <mutex>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/forked_child.hpp"

namespace fanout::test {
namespace {

using detail::PerProcess;

struct Counter {
  int count = 0;
  std::mutex mutex;
};

TEST(PerProcess, has_none_before_it_is_asked_for_one) {
  static PerProcess<Counter> counter;
  EXPECT_EQ(counter.find(), nullptr);
  Counter& made = counter.get();
  EXPECT_EQ(counter.find(), &made);
  EXPECT_EQ(&counter.get(), &made);
}

TEST(PerProcess, is_one_for_all_threads_that_ask_first) {
  static std::array<PerProcess<Counter>, 1000> counters;
  for (PerProcess<Counter>& counter : counters) {
    constexpr int threads = 4;
    std::latch start(threads);
    std::vector<Counter*> seen(threads);
    {
      std::vector<std::jthread> running;
      for (auto& mine : seen) {
        running.emplace_back([&] {
          start.arrive_and_wait();
          mine = &counter.get();
        });
      }
    }
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1U);
  }
}

TEST(PerProcess, is_made_anew_in_a_child_whatever_its_parent_was_doing) {
  static PerProcess<Counter> counter;
  counter.get().count = 1;
  const std::lock_guard held(counter.get().mutex);
  EXPECT_TRUE(in_fork([] {
    if (counter.find() != nullptr) return false;
    Counter& own = counter.get();
    const std::lock_guard lock(own.mutex);
    own.count += 10;
    return own.count == 10 && counter.find() == &own &&
           in_fork([] { return counter.find() == nullptr && counter.get().count == 0; });
  }));
  EXPECT_EQ(counter.get().count, 1);
}

TEST(PerProcess, can_be_asked_again_when_making_it_failed) {
  static bool fails = true;
  struct Hesitant {
    Hesitant() {
      if (fails) throw std::bad_alloc();
    }
  };
  static PerProcess<Hesitant> hesitant;
  EXPECT_THROW((void)hesitant.get(), std::bad_alloc);
  EXPECT_EQ(hesitant.find(), nullptr);
  fails = false;
  const Hesitant& made = hesitant.get();
  EXPECT_EQ(hesitant.find(), &made);
}

}  // namespace
}  // namespace fanout::test
