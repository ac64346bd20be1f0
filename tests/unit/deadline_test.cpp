// SPDX-License-Identifier: MIT
// Deadlines made from every kind of duration, sensible or not.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ratio>
#include <stdexcept>

#include <gtest/gtest.h>

#include <fanout/detail/deadline.hpp>

#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::Deadline;
using Double = std::numeric_limits<double>;
using Seconds = std::chrono::duration<double>;

std::int64_t now() { return Deadline::after_seconds(0).nanoseconds(); }

TEST(Deadline, of_zero_has_passed) {
  EXPECT_TRUE(Deadline::after(0s).passed());
  EXPECT_TRUE(Deadline::after_seconds(0).passed());
  EXPECT_TRUE(Deadline::after_seconds(-0.0).passed());
  EXPECT_FALSE(Deadline::after(0s).is_never());
}

TEST(Deadline, of_less_than_zero_has_passed) {
  EXPECT_TRUE(Deadline::after(-1ns).passed());
  EXPECT_TRUE(Deadline::after(std::chrono::hours::min()).passed());
  EXPECT_TRUE(Deadline::after(std::chrono::nanoseconds::min()).passed());
  EXPECT_TRUE(Deadline::after_seconds(Double::lowest()).passed());
  EXPECT_TRUE(Deadline::after_seconds(-Double::infinity()).passed());
}

TEST(Deadline, that_is_huge_or_infinite_never_passes) {
  const Deadline deadlines[] = {Deadline::never(),
                                Deadline::after(std::chrono::hours::max()),
                                Deadline::after(std::chrono::nanoseconds::max()),
                                Deadline::after(std::chrono::years(101)),
                                Deadline::after_seconds(Double::max()),
                                Deadline::after_seconds(Double::infinity()),
                                Deadline::after(std::chrono::duration<float>(HUGE_VALF))};
  for (const Deadline deadline : deadlines) {
    EXPECT_TRUE(deadline.is_never());
    EXPECT_FALSE(deadline.passed());
    EXPECT_EQ(deadline, Deadline::never());
  }
}

TEST(Deadline, of_ninety_nine_years_is_a_moment_like_others) {
  const Deadline deadline = Deadline::after(std::chrono::years(99));
  EXPECT_FALSE(deadline.is_never());
  EXPECT_FALSE(deadline.passed());
  EXPECT_TRUE(deadline < Deadline::never());
}

TEST(Deadline, of_not_a_number_is_refused) {
  EXPECT_TRUE(holds(
      thrown<std::invalid_argument>([] { Deadline::after_seconds(Double::quiet_NaN()); }), "NaN"));
  thrown<std::invalid_argument>([] { Deadline::after(Seconds(Double::signaling_NaN())); });
  thrown<std::invalid_argument>(
      [] { Deadline::after(std::chrono::duration<float>(std::nanf(""))); });
}

TEST(Deadline, of_next_to_nothing_lies_in_the_future_of_the_call) {
  for (const double tiny : {Double::denorm_min(), Double::min(), 1e-12, 1e-9}) {
    const std::int64_t before = now();
    EXPECT_GT(Deadline::after_seconds(tiny).nanoseconds(), before) << tiny;
  }
}

// The deadline lies `expected` after some moment during the call; at most `slack` nanoseconds more.
template <class Duration>
void check_distance(Duration timeout, std::int64_t expected, std::int64_t slack) {
  const std::int64_t before = now();
  const std::int64_t made = Deadline::after(timeout).nanoseconds();
  const std::int64_t after = now();
  EXPECT_GE(made - before, expected);
  EXPECT_LE(made - after, expected + slack);
}

TEST(Deadline, is_made_from_durations_of_all_kinds) {
  check_distance(1ns, 1, 1);
  check_distance(1ms, 1'000'000, 1);
  check_distance(1s, 1'000'000'000, 1);
  check_distance(1min, 60'000'000'000, 1);
  check_distance(std::chrono::days(1), 86'400'000'000'000, 1);
  check_distance(0.5s, 500'000'000, 1);
  check_distance(std::chrono::duration<float>(0.25F), 250'000'000, 1);
  check_distance(std::chrono::duration<int, std::ratio<1, 3>>(1), 333'333'333, 1);
  check_distance(std::chrono::duration<std::uint8_t>(200), 200'000'000'000, 1);
  check_distance(std::chrono::duration<long double, std::micro>(1.5L), 1'500, 1);
  check_distance(std::chrono::years(10), 315'569'520'000'000'000, 100);
}

TEST(Deadline, passes_when_its_moment_comes) {
  const Deadline deadline = Deadline::after(2ms);
  const std::int64_t moment = deadline.nanoseconds();
  while (!deadline.passed()) ASSERT_LT(now(), moment + 10'000'000'000) << "it never passes";
  EXPECT_GE(now(), moment);
}

TEST(Deadline, that_is_earlier_is_less) {
  const Deadline early = Deadline::after(1s);
  const Deadline late = Deadline::after(1h);
  EXPECT_TRUE(early < late);
  EXPECT_FALSE(late < early);
  EXPECT_FALSE(early < early);
  EXPECT_FALSE(early == late);
}

}  // namespace
}  // namespace fanout::test
