// SPDX-License-Identifier: MIT
// A worker's batch: oldest first for everybody, refilled by its owner, each task taken once.
#include "threads/batch.hpp"

#include <algorithm>
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

using detail::Batch;
using detail::State;

void refill(Batch& batch, Elements& elements, std::size_t first, std::size_t count) {
  std::array<State*, Batch::capacity> tasks{};
  for (std::size_t i = 0; i < count; ++i) tasks[i] = elements[first + i];
  batch.refill(tasks.data(), count);
}

TEST(Batch, is_empty_at_first) {
  Batch batch;
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.take(), nullptr);
}

TEST(Batch, yields_the_oldest_first) {
  Elements elements(3);
  Batch batch;
  refill(batch, elements, 0, 3);
  EXPECT_FALSE(batch.empty());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(batch.take(), elements[i]);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.take(), nullptr);
}

TEST(Batch, holds_as_many_as_its_capacity_wherever_it_begins) {
  Elements elements(Batch::capacity);
  for (std::size_t offset = 0; offset < 2 * Batch::capacity; ++offset) {
    Batch batch;
    for (std::size_t i = 0; i < offset; ++i) {
      refill(batch, elements, 0, 1);
      EXPECT_EQ(batch.take(), elements[0]);
    }
    refill(batch, elements, 0, Batch::capacity);
    for (std::size_t i = 0; i < Batch::capacity; ++i) EXPECT_EQ(batch.take(), elements[i]);
    EXPECT_TRUE(batch.empty());
  }
}

TEST(Batch, refilled_with_nothing_it_stays_empty) {
  Elements elements(1);
  Batch batch;
  batch.refill(nullptr, 0);
  EXPECT_TRUE(batch.empty());
  refill(batch, elements, 0, 1);
  EXPECT_EQ(batch.take(), elements[0]);
}

TEST(Batch, owner_and_thieves_get_each_task_once_and_in_order) {
  constexpr std::size_t count = sanitized ? 50'000 : 500'000;
  Elements elements(count);
  Batch batch;
  std::atomic<bool> over{false};
  std::vector<std::vector<State*>> loot(3);
  std::vector<std::thread> thieves;
  for (std::size_t i = 0; i < 2; ++i) {
    thieves.emplace_back([&, i] {
      while (!over || !batch.empty()) {
        if (State* const task = batch.take()) loot[i].push_back(task);
      }
    });
  }
  std::minstd_rand random(1);
  for (std::size_t next = 0; next < count;) {
    const std::size_t size = std::min<std::size_t>(1 + random() % Batch::capacity, count - next);
    refill(batch, elements, next, size);
    next += size;
    while (State* const task = batch.take()) loot[2].push_back(task);
  }
  over = true;
  for (std::thread& thief : thieves) thief.join();
  for (const auto& own : loot) {
    std::size_t next = 0;
    for (State* const task : own) {
      const std::size_t place = elements.take(task);
      EXPECT_GE(place, next);
      next = place + 1;
    }
  }
  EXPECT_TRUE(elements.each_taken_once());
}

}  // namespace
}  // namespace fanout::test
