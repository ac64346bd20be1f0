// SPDX-License-Identifier: MIT
// The pages for small tasks run out: those that were accepted run, and later there are more.
#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "resources/shortage.hpp"
#include "support/door.hpp"

namespace fanout::test {
namespace {

constexpr std::size_t most = 200'000;  // several times what one slab holds

// Submits until there is no more memory. operator new is refused as well: a small task needs none.
template <class Executor>
std::vector<Future<int>> fill(Executor& executor, std::atomic<int>& ran) {
  std::vector<Future<int>> futures;
  futures.reserve(most);
  const Shortage shortage(Resource::memory, 1, true, Whose::this_threads);
  try {
    while (futures.size() < most) {
      futures.push_back(executor.submit([&ran] { return ran.fetch_add(1); }));
    }
  } catch (const std::bad_alloc&) {
    EXPECT_GT(shortage.refused(), 0);
  }
  return futures;
}

void check(const std::vector<Future<int>>& futures, const std::atomic<int>& ran) {
  EXPECT_LT(futures.size(), most) << "memory never ran out";
  for (const Future<int>& future : futures) EXPECT_EQ(future.exception(), nullptr);
  EXPECT_EQ(static_cast<std::size_t>(ran), futures.size());
}

TEST(WithoutPages, submit_from_outside_throws_and_what_was_accepted_runs) {
  ThreadPoolExecutor executor(2);
  for (int round = 0; round < 2; ++round) {
    executor.submit([] { return 0; }).wait();  // there are workers, and a slab
    std::atomic<int> ran{0};
    check(fill(executor, ran), ran);
    EXPECT_EQ(executor.stats().pending, 0U);
  }
}

TEST(WithoutPages, submit_inside_a_task_throws_and_what_was_accepted_runs) {
  ThreadPoolExecutor executor(2);
  std::atomic<int> ran{0};
  const auto outer = executor.submit([&] { return fill(executor, ran); });
  check(outer.result(), ran);
}

TEST(WithoutPages, tasks_that_are_cancelled_make_room_for_others) {
  ThreadPoolExecutor executor(1);
  Door door;
  const auto standing = occupy(executor, door, 1);
  std::atomic<int> ran{0};
  auto futures = fill(executor, ran);
  EXPECT_LT(futures.size(), most);
  for (const auto& future : futures) EXPECT_TRUE(future.cancel());
  door.open();
  executor.shutdown();
  futures.clear();
  EXPECT_EQ(ran, 0);
  ThreadPoolExecutor next(1);
  EXPECT_EQ(next.submit([] { return 5; }).result(), 5);
}

}  // namespace
}  // namespace fanout::test
