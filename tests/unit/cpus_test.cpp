// SPDX-License-Identifier: MIT
// How many processors there are to use, and how long to spin on them.
#include "core/cpus.hpp"

#include <thread>

#include <sched.h>

#include <gtest/gtest.h>

#include "core/spin.hpp"

namespace fanout::test {
namespace {

using detail::cpus_of_quota;
using detail::spin_rounds;
using detail::spin_until;
using detail::usable_cpus;

// conformance: 198
TEST(Cpus, a_quota_is_rounded_up) {
  EXPECT_EQ(cpus_of_quota("200000 100000"), 2);
  EXPECT_EQ(cpus_of_quota("200001 100000"), 3);
  EXPECT_EQ(cpus_of_quota("199999 100000"), 2);
  EXPECT_EQ(cpus_of_quota("1000 100000"), 1);
  EXPECT_EQ(cpus_of_quota("1 1"), 1);
  EXPECT_EQ(cpus_of_quota("50000 20000\n"), 3);
}

TEST(Cpus, no_limit_is_zero) { EXPECT_EQ(cpus_of_quota("max 100000"), 0); }

// conformance: 198
TEST(Cpus, a_quota_that_makes_no_sense_is_no_limit) {
  for (const char* text :
       {"", " ", "\n", "max", "100000", "100000 ", "-1 100000", "100000 -1", "0 100000", "100000 0",
        "x 100000", "100000 x", "99999999999999999999 100000", "\xff\xfe", "max max"}) {
    EXPECT_EQ(cpus_of_quota(text), 0) << "'" << text << "'";
  }
}

TEST(Cpus, an_enormous_quota_does_not_overflow) {
  EXPECT_EQ(cpus_of_quota("9223372036854775807 1"), 1 << 20);
  EXPECT_EQ(cpus_of_quota("9223372036854775807 9223372036854775807"), 1);
}

// conformance: 198
TEST(Cpus, there_is_at_least_one_and_no_more_than_the_affinity_allows) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  EXPECT_GE(usable_cpus(), 1);
  EXPECT_LE(usable_cpus(), CPU_COUNT(&allowed));
}

TEST(Cpus, a_thread_bound_to_one_processor_may_use_one) {
  std::thread([] {
    cpu_set_t allowed;
    ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &one);
    }
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(usable_cpus(), 1);
  }).join();
}

TEST(Spin, ends_at_once_when_the_condition_holds) {
  int looks = 0;
  EXPECT_TRUE(spin_until([&] { return ++looks == 1; }));
  EXPECT_EQ(looks, 1);
}

TEST(Spin, looks_once_more_than_there_are_rounds_and_says_what_it_saw_last) {
  int looks = 0;
  EXPECT_FALSE(spin_until([&] { return ++looks < 0; }));
  EXPECT_EQ(looks, spin_rounds() + 1);
  const int last = looks;
  looks = 0;
  EXPECT_TRUE(spin_until([&] { return ++looks == last; }));
}

}  // namespace
}  // namespace fanout::test
