// SPDX-License-Identifier: MIT
// The work-stealing deque: its owner alone against a model, and against thieves.
#include "threads/deque.hpp"

#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "elements.hpp"
#include "support/sanitizers.hpp"

namespace fanout::test {
namespace {

using detail::Deque;
using detail::State;

TEST(Deque, is_empty_at_first) {
  Deque deque;
  EXPECT_TRUE(deque.looks_empty());
  EXPECT_EQ(deque.pop(), nullptr);
  EXPECT_EQ(deque.steal(), nullptr);
  EXPECT_TRUE(deque.looks_empty());
}

TEST(Deque, its_owner_gets_the_newest_and_a_thief_the_oldest) {
  Elements elements(4);
  Deque deque;
  for (std::size_t i = 0; i < 4; ++i) deque.push(elements[i]);
  EXPECT_EQ(deque.pop(), elements[3]);
  EXPECT_EQ(deque.steal(), elements[0]);
  EXPECT_FALSE(deque.looks_empty());
  EXPECT_EQ(deque.pop(), elements[2]);
  EXPECT_EQ(deque.steal(), elements[1]);
  EXPECT_TRUE(deque.looks_empty());
}

TEST(Deque, agrees_with_the_standard_deque_while_its_owner_is_alone) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    std::mt19937 random(seed);
    Elements elements(20'000);
    Deque deque;
    std::deque<State*> model;
    std::size_t next = 0;
    // Tides, so that it grows far beyond its first ring and is emptied again and again.
    for (int i = 0; i < 40'000 && next < elements.size(); ++i) {
      const bool rising = i / 3000 % 2 == 0;
      if (random() % 10 < (rising ? 8u : 2u)) {
        deque.push(elements[next]);
        model.push_back(elements[next++]);
      } else if (random() % 3 == 0) {
        State* const oldest = model.empty() ? nullptr : model.front();
        if (oldest != nullptr) model.pop_front();
        ASSERT_EQ(deque.steal(), oldest);
      } else {
        State* const newest = model.empty() ? nullptr : model.back();
        if (newest != nullptr) model.pop_back();
        ASSERT_EQ(deque.pop(), newest);
      }
      ASSERT_EQ(deque.looks_empty(), model.empty());
    }
  }
}

TEST(Deque, keeps_its_elements_in_order_when_it_grows) {
  constexpr std::size_t count = 10'000;
  Elements elements(count);
  Deque deque;
  // The ring is full at a place that is not its beginning.
  for (std::size_t i = 0; i < 40; ++i) deque.push(elements[i]);
  for (std::size_t i = 0; i < 40; ++i) ASSERT_EQ(deque.steal(), elements[i]);
  for (std::size_t i = 40; i < count; ++i) deque.push(elements[i]);
  for (std::size_t i = 40; i < count; ++i) ASSERT_EQ(deque.steal(), elements[i]);
  EXPECT_TRUE(deque.looks_empty());
}

// The owner pushes bursts of `burst` and pops until nothing is left; two thieves steal all the
// while.
void check_each_goes_once(std::size_t count, std::size_t burst) {
  Elements elements(count);
  Deque deque;
  std::atomic<bool> over{false};
  std::vector<std::vector<State*>> loot(2);
  std::vector<std::thread> thieves;
  for (auto& own : loot) {
    thieves.emplace_back([&] {
      while (!over) {
        if (State* const element = deque.steal()) own.push_back(element);
      }
    });
  }
  std::vector<State*> kept;
  std::minstd_rand random(1);
  for (std::size_t i = 0; i < count;) {
    for (std::size_t n = 0; n < burst && i < count; ++n) deque.push(elements[i++]);
    // Gives the thieves just the time to look, so that both sides are often after the last element.
    for (auto n = random() % 64; n > 0; --n) detail::spin_pause();
    while (State* const element = deque.pop()) kept.push_back(element);
  }
  over = true;
  for (std::thread& thief : thieves) thief.join();
  for (State* const element : kept) elements.take(element);
  for (const auto& own : loot) {
    std::size_t last = 0;
    for (State* const element : own) {
      // A thief takes the oldest, so what it gets only becomes younger.
      const std::size_t place = elements.take(element);
      EXPECT_TRUE(last == 0 || place > last);
      last = place;
    }
  }
  EXPECT_TRUE(elements.each_taken_once());
  EXPECT_TRUE(deque.looks_empty());
}

TEST(Deque, owner_and_thieves_get_each_element_once) {
  constexpr std::size_t count = sanitized ? 20'000 : 200'000;
  check_each_goes_once(count, 1);  // a race for the last element each time
  check_each_goes_once(count / 4, 2);
  check_each_goes_once(count, 1000);  // grows under the thieves' hands
}

}  // namespace
}  // namespace fanout::test
