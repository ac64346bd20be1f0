// SPDX-License-Identifier: MIT
// When a thread naps instead of asking to be woken.
#include "core/patience.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace fanout::test {
namespace {

using detail::Patience;

constexpr std::int64_t second = 1'000'000'000;

void sleep_briefly(Patience& patience, int times) {
  // It began in the future: a brief sleep, however slow this machine is.
  for (int i = 0; i < times; ++i) patience.woken(Patience::now() + second);
}

void sleep_long(Patience& patience) { patience.woken(Patience::now() - second); }

void find_ready(Patience& patience, int times) {
  for (int i = 0; i < times; ++i) patience.found_ready();
}

TEST(Patience, naps_after_eight_brief_sleeps_in_a_row) {
  Patience patience;
  EXPECT_FALSE(patience.wants_nap());
  sleep_briefly(patience, 7);
  EXPECT_FALSE(patience.wants_nap());
  sleep_briefly(patience, 1);
  EXPECT_TRUE(patience.wants_nap());
}

TEST(Patience, does_not_nap_where_a_long_sleep_came_between) {
  Patience patience;
  sleep_briefly(patience, 7);
  sleep_long(patience);
  sleep_briefly(patience, 7);
  EXPECT_FALSE(patience.wants_nap());
}

TEST(Patience, naps_on_while_each_nap_brings_many_results) {
  Patience patience;
  sleep_briefly(patience, 8);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(patience.wants_nap());
    patience.nap();
    find_ready(patience, 8);
  }
  sleep_long(patience);
  EXPECT_FALSE(patience.wants_nap());
}

TEST(Patience, soon_stops_trying_where_naps_bring_nothing) {
  Patience patience;
  int naps = 0;
  for (int sleeps = 0; sleeps < 100'000; ++sleeps) {
    if (patience.wants_nap()) {
      patience.nap();
      ++naps;
    }
    find_ready(patience, 1);
    sleep_briefly(patience, 1);
  }
  EXPECT_GE(naps, 2) << "it does try again";
  EXPECT_LE(naps, 10);
}

}  // namespace
}  // namespace fanout::test
