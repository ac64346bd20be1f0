// SPDX-License-Identifier: MIT
// Memory for task blocks: usable, recycled, handed from thread to thread, and given back at the
// end.
#include "core/block_cache.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include "support/sanitizers.hpp"

namespace fanout::test {
namespace {

using detail::allocate_block;
using detail::free_block;

struct Block {
  void* address;
  std::size_t size;
  unsigned char mark;
};

// Writes all of it, so that overlapping blocks destroy each other's marks.
Block make(std::size_t size, unsigned char mark) {
  void* const address = allocate_block(size);
  std::memset(address, mark, size);
  return {address, size, mark};
}

bool intact(const Block& block) {
  const auto* const bytes = static_cast<const unsigned char*>(block.address);
  for (std::size_t i = 0; i < block.size; ++i) {
    if (bytes[i] != block.mark) return false;
  }
  return true;
}

void destroy(const Block& block) {
  EXPECT_TRUE(intact(block));
  free_block(block.address, block.size);
}

TEST(BlockCache, gives_aligned_blocks_of_every_size) {
  std::vector<Block> blocks;
  for (std::size_t size = 1; size <= 1200; ++size) {
    blocks.push_back(make(size, static_cast<unsigned char>(size)));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(blocks.back().address) % 16, 0u);
  }
  for (const Block& block : blocks) destroy(block);
}

TEST(BlockCache, blocks_in_use_do_not_overlap) {
  std::mt19937 random(1);
  std::vector<Block> blocks;
  for (int i = 0; i < (sanitized ? 20'000 : 200'000); ++i) {
    if (blocks.size() < 500 && random() % 2 == 0) {
      blocks.push_back(make(1 + random() % 600, static_cast<unsigned char>(i)));
    } else if (!blocks.empty()) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      destroy(blocks.back());
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) destroy(block);
}

TEST(BlockCache, what_was_freed_last_is_used_next) {
  if (address_sanitizer) GTEST_SKIP() << "nothing is recycled there, so that late uses are found";
  void* const block = allocate_block(100);
  free_block(block, 100);
  EXPECT_EQ(allocate_block(97), block) << "sizes are rounded up to 16";
  void* const other = allocate_block(100);
  EXPECT_NE(other, block);
  free_block(other, 100);
  free_block(block, 97);
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(BlockCache, blocks_allocated_here_and_freed_there_do_not_pile_up) {
  constexpr int rounds = sanitized ? 20 : 400;
  constexpr std::size_t each = 1000;
  std::size_t before = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < each; ++i)
      blocks.push_back(make(256, static_cast<unsigned char>(i)));
    std::thread([&] {
      for (const Block& block : blocks) destroy(block);
    }).join();
    if (round == rounds / 4) before = resident_bytes();
  }
  // A quarter of a megabyte a round, of which nothing may stay.
  if (!sanitized) {
    EXPECT_LT(resident_bytes(), before + 8'000'000);
  }
}

// Those of a burst, far more than the store keeps.
TEST(BlockCache, what_a_burst_leaves_goes_back_to_the_system) {
  constexpr std::size_t size = 208;  // that no other test uses
  constexpr std::size_t count = sanitized ? 20'000 : 400'000;
  const std::size_t before = resident_bytes();
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.push_back(make(size, static_cast<unsigned char>(i)));
  }
  // One in a hundred is kept for a while: in each slab there are some.
  std::vector<Block> kept;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 100 == 0) {
      kept.push_back(blocks[i]);
    } else {
      destroy(blocks[i]);
    }
  }
  for (const Block& block : kept) EXPECT_TRUE(intact(block));
  // In any order, so that blocks of several slabs stand together in the lists of free ones.
  std::shuffle(kept.begin(), kept.end(), std::minstd_rand(7));
  for (const Block& block : kept) destroy(block);
  // Enough pass through the store for it to look again.
  for (int round = 0; round < 3; ++round) {
    blocks.clear();
    for (std::size_t i = 0; i < count; ++i) blocks.push_back(make(size, 1));
    for (const Block& block : blocks) destroy(block);
  }
  blocks.clear();
  blocks.shrink_to_fit();
  if (!sanitized) {
    EXPECT_LT(resident_bytes(), before + 45'000'000) << "of 83 million bytes";
  }
}

TEST(BlockCache, threads_that_pass_blocks_around_never_share_one) {
  constexpr int operations = sanitized ? 5'000 : 50'000;
  std::mutex mutex;
  std::vector<Block> common;  // under mutex
  const auto trade = [&](unsigned seed) {
    std::minstd_rand random(seed);
    for (int i = 0; i < operations; ++i) {
      Block block = make(16 + 16 * (random() % 6),
                         static_cast<unsigned char>(seed * 50 + static_cast<unsigned>(i) % 50));
      {
        const std::lock_guard lock(mutex);
        if (common.size() < 300) {
          common.push_back(block);
          continue;
        }
        std::swap(block, common[random() % common.size()]);
      }
      destroy(block);  // mostly another thread's
    }
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 3; ++seed) threads.emplace_back(trade, seed);
  for (std::thread& thread : threads) thread.join();
  for (const Block& block : common) destroy(block);
}

// Uses the cache while the thread's other objects are destroyed, before the cache or after it.
struct LateUser {
  ~LateUser() {
    for (int i = 0; i < 200; ++i) destroy(make(64, 7));
    for (const Block& block : early) destroy(block);
  }
  std::vector<Block> early;
};

TEST(BlockCache, works_while_a_thread_ends_and_keeps_nothing_of_it) {
  constexpr int threads = sanitized ? 20 : 400;
  std::size_t before = 0;
  for (int i = 0; i < threads; ++i) {
    std::thread([i] {
      if (i % 2 == 0) destroy(make(64, 1));  // then the cache is older, and destroyed later
      thread_local LateUser user;
      for (int n = 0; n < 120; ++n) user.early.push_back(make(512, 2));
    }).join();
    if (i == threads / 4) before = resident_bytes();
  }
  // 60 kilobytes a thread, of which nothing may stay.
  if (!sanitized) {
    EXPECT_LT(resident_bytes(), before + 8'000'000);
  }
}

}  // namespace
}  // namespace fanout::test
