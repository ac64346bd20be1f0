// SPDX-License-Identifier: MIT
// The queue for tasks from outside: first in first out, several pushers and takers, and its
// closing.
#include "threads/injector.hpp"

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "elements.hpp"
#include "support/sanitizers.hpp"

namespace fanout::test {
namespace {

using detail::Injector;
using detail::State;

// Up to `count` tasks.
std::vector<State*> take(Injector& injector, std::size_t count) {
  std::vector<State*> tasks(count);
  tasks.resize(injector.take(tasks.data(), count));
  return tasks;
}

TEST(Injector, is_open_and_empty_at_first) {
  Injector injector;
  EXPECT_TRUE(injector.empty());
  EXPECT_FALSE(injector.closed());
  EXPECT_TRUE(take(injector, 4).empty());
}

TEST(Injector, yields_in_the_order_of_the_pushes) {
  Elements elements(5);
  Injector injector;
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(injector.push(elements[i]));
  EXPECT_FALSE(injector.empty());
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(take(injector, 1), std::vector{elements[i]});
  EXPECT_TRUE(injector.empty());
}

TEST(Injector, gives_as_many_as_asked_for_or_all_it_has) {
  Elements elements(7);
  Injector injector;
  for (std::size_t i = 0; i < 7; ++i) injector.push(elements[i]);
  EXPECT_TRUE(take(injector, 0).empty());
  EXPECT_EQ(take(injector, 3), (std::vector{elements[0], elements[1], elements[2]}));
  EXPECT_FALSE(injector.empty());
  EXPECT_EQ(take(injector, 9), (std::vector{elements[3], elements[4], elements[5], elements[6]}));
  EXPECT_TRUE(injector.empty());
}

TEST(Injector, may_be_emptied_and_filled_again_and_again) {
  Elements elements(3);
  Injector injector;
  for (int round = 0; round < 100; ++round) {
    const std::size_t count = 1 + static_cast<std::size_t>(round) % 3;
    for (std::size_t i = 0; i < count; ++i) injector.push(elements[i]);  // used again
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(take(injector, 1), std::vector{elements[i]});
    ASSERT_TRUE(injector.empty());
  }
}

TEST(Injector, closed_it_takes_nothing_more_and_gives_all_it_has) {
  Elements elements(3);
  Injector injector;
  injector.push(elements[0]);
  injector.push(elements[1]);
  EXPECT_TRUE(injector.close());
  EXPECT_FALSE(injector.close()) << "it was closed";
  EXPECT_TRUE(injector.closed());
  EXPECT_FALSE(injector.push(elements[2]));
  EXPECT_FALSE(injector.empty());
  EXPECT_EQ(take(injector, 9), (std::vector{elements[0], elements[1]}));
  EXPECT_TRUE(injector.empty());
  EXPECT_TRUE(injector.closed());
  EXPECT_FALSE(injector.push(elements[2])) << "also when it is empty";
}

// Each pusher has a range of the elements; each taker checks that it sees each range in order.
struct Traffic {
  static constexpr std::size_t pushers = 3;
  static constexpr std::size_t takers = 2;

  explicit Traffic(std::size_t each) : each(each), elements(pushers * each) {}

  void push(std::size_t pusher) {
    for (std::size_t i = 0; i < each; ++i) {
      if (!injector.push(elements[pusher * each + i])) return;
      ++pushed[pusher];
    }
  }

  void take_until_over(std::size_t taker) {
    std::minstd_rand random(static_cast<unsigned>(taker) + 1);
    std::array<State*, 32> tasks{};
    for (;;) {
      const bool last_look = over;
      const std::size_t count = injector.take(tasks.data(), 1 + random() % tasks.size());
      taken[taker].insert(taken[taker].end(), tasks.begin(), tasks.begin() + count);
      if (count == 0 && last_look && injector.empty()) return;
    }
  }

  void run(std::size_t close_after) {
    std::vector<std::thread> pushing;
    std::vector<std::thread> taking;
    for (std::size_t i = 0; i < pushers; ++i) pushing.emplace_back([this, i] { push(i); });
    for (std::size_t i = 0; i < takers; ++i) taking.emplace_back([this, i] { take_until_over(i); });
    while (close_after > 0 && pushed[0] < close_after) std::this_thread::yield();
    if (close_after > 0) injector.close();
    for (std::thread& thread : pushing) thread.join();
    over = true;
    for (std::thread& thread : taking) thread.join();
  }

  void check() {
    std::size_t total = 0;
    for (const auto& own : taken) {
      std::array<std::size_t, pushers> next{};
      for (State* const task : own) {
        const std::size_t place = elements.take(task);
        const std::size_t pusher = place / each;
        EXPECT_GE(place % each, next[pusher]) << "this pusher's order is not kept";
        EXPECT_LT(place % each, pushed[pusher]) << "the push said that it failed";
        next[pusher] = place % each + 1;
      }
      total += own.size();
    }
    EXPECT_EQ(total, pushed[0] + pushed[1] + pushed[2]);
    EXPECT_TRUE(injector.empty());
  }

  const std::size_t each;
  Elements elements;
  Injector injector;
  std::array<std::atomic<std::size_t>, pushers> pushed{};
  std::array<std::vector<State*>, takers> taken;
  std::atomic<bool> over{false};
};

TEST(Injector, several_pushers_and_takers_lose_and_double_nothing) {
  Traffic traffic(sanitized ? 10'000 : 100'000);
  traffic.run(0);
  traffic.check();
  EXPECT_TRUE(traffic.elements.each_taken_once());
}

TEST(Injector, closed_in_the_midst_it_gives_exactly_what_was_pushed) {
  for (std::size_t round = 0; round < (sanitized ? 20 : 100); ++round) {
    Traffic traffic(2000);
    traffic.run(1 + round * 5);
    traffic.check();
  }
}

}  // namespace
}  // namespace fanout::test
