// SPDX-License-Identifier: MIT
// The set of pointers against one of the standard library.
#include "core/pointer_set.hpp"

#include <cstdint>
#include <random>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

namespace fanout::test {
namespace {

using detail::PointerSet;

const void* address(std::uintptr_t number) { return reinterpret_cast<const void*>(number); }

// Random inserts, erases and questions about `universe` addresses that lie `stride` apart.
void compare(std::uintptr_t universe, std::uintptr_t stride, int operations, unsigned seed) {
  SCOPED_TRACE("universe " + std::to_string(universe) + ", stride " + std::to_string(stride));
  std::mt19937 random(seed);
  PointerSet set;
  std::unordered_set<const void*> model;
  for (int i = 0; i < operations; ++i) {
    const void* const pointer = address(0x7f0000001000 + stride * (random() % universe));
    switch (random() % 4) {
      case 0:
      case 1:
        ASSERT_EQ(set.insert(pointer), model.insert(pointer).second);
        break;
      case 2:
        if (model.erase(pointer) == 1) set.erase(pointer);
        break;
      default:
        ASSERT_EQ(set.contains(pointer), model.contains(pointer));
    }
    if (i % 1024 == 0) {
      for (std::uintptr_t n = 0; n < universe; ++n) {
        const void* const each = address(0x7f0000001000 + stride * n);
        ASSERT_EQ(set.contains(each), model.contains(each));
      }
    }
  }
}

TEST(PointerSet, agrees_with_the_standard_set_when_it_is_tiny_and_collides) {
  // At most eight members in sixteen slots: chains that wrap around the end are frequent.
  for (unsigned seed = 1; seed <= 20; ++seed) compare(8, 32, 5000, seed);
  for (unsigned seed = 1; seed <= 20; ++seed) compare(16, 1, 5000, seed);
}

TEST(PointerSet, agrees_with_the_standard_set_when_it_grows) {
  compare(5000, 64, 60'000, 1);
  compare(5000, 4096, 60'000, 2);
  compare(1000, std::uintptr_t{1} << 32, 20'000, 3);
}

TEST(PointerSet, is_empty_at_first) {
  PointerSet set;
  EXPECT_FALSE(set.contains(address(64)));
  EXPECT_TRUE(set.insert(address(64)));
  EXPECT_FALSE(set.insert(address(64)));
  EXPECT_TRUE(set.contains(address(64)));
}

TEST(PointerSet, keeps_its_members_when_room_is_reserved) {
  PointerSet set;
  for (std::uintptr_t n = 1; n <= 100; ++n) set.insert(address(n * 48));
  set.reserve(10'000);
  set.reserve(1);
  for (std::uintptr_t n = 1; n <= 200; ++n) EXPECT_EQ(set.contains(address(n * 48)), n <= 100);
}

TEST(PointerSet, finds_what_lay_behind_an_erased_member) {
  // Whichever of them share a place: after each single erasure all others are still found.
  std::vector<const void*> members;
  for (std::uintptr_t n = 1; n <= 64; ++n) members.push_back(address(n * 16));
  for (const void* const erased : members) {
    PointerSet set;
    for (const void* const member : members) set.insert(member);
    set.erase(erased);
    for (const void* const member : members) ASSERT_EQ(set.contains(member), member != erased);
  }
}

}  // namespace
}  // namespace fanout::test
