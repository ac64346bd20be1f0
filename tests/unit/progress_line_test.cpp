// SPDX-License-Identifier: MIT
// What the line of a progress bar says, and when it is time to draw it: text, with a given clock.
#include "observe/progress_line.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace fanout::observe;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

const ProgressSnapshot halfway{
    .description = "pages", .done = 42, .failed = 2, .total = 100, .elapsed = 3, .rate = 11.6};

TEST(ProgressLine, durations_read_like_a_clock) {
  EXPECT_EQ(format_duration(0), "0:00");
  EXPECT_EQ(format_duration(7.4), "0:07");
  EXPECT_EQ(format_duration(59.9), "1:00");
  EXPECT_EQ(format_duration(754), "12:34");
  EXPECT_EQ(format_duration(3723), "1:02:03");
  EXPECT_EQ(format_duration(-1), "0:00");
  EXPECT_FALSE(format_duration(1e300).empty());
}

TEST(ProgressLine, slow_rates_are_given_per_minute) {
  EXPECT_EQ(format_rate(12.34), "12.3/s");
  EXPECT_EQ(format_rate(1234.5), "1234/s");
  EXPECT_EQ(format_rate(0.125), "7.5/min");
  EXPECT_EQ(format_rate(0), "");
}

TEST(ProgressLine, a_bar_shows_count_rate_elapsed_time_left_and_failures) {
  EXPECT_EQ(format_bar(halfway, 80, false),
            "pages:  42% |#########..............| 42/100  11.6/s  0:03  0:05 left  2 failed");
}

TEST(ProgressLine, a_bar_never_fills_the_last_column_of_the_terminal) {
  for (int columns = 1; columns < 200; ++columns) {
    const auto line = format_bar(halfway, columns, false);
    EXPECT_LE(line.size(), static_cast<std::size_t>(std::max(columns, 2) - 1)) << columns;
  }
}

TEST(ProgressLine, a_narrow_terminal_keeps_the_count_longest) {
  EXPECT_EQ(format_bar(halfway, 18, false), "42/100  2 failed");
  EXPECT_FALSE(contains(format_bar(halfway, 40, false), "/s"));
  EXPECT_TRUE(contains(format_bar(halfway, 40, false), "42/100"));
}

TEST(ProgressLine, words_of_the_callers_own_come_last) {
  auto snapshot = halfway;
  snapshot.postfix = "14\nretries";
  EXPECT_EQ(
      format_bar(snapshot, 90, false),
      "pages:  42% |########.............| 42/100  11.6/s  0:03  0:05 left  2 failed  14 retries");
  EXPECT_EQ(format_plain(snapshot),
            "pages: 42/100 (42%), 11.6/s, 0:03 elapsed, 0:05 left, 2 failed, 14 retries");
  EXPECT_EQ(format_bar(snapshot, 52, false), "pages:  42% 42/100  0:05 left  2 failed  14 retries");
}

TEST(ProgressLine, words_that_do_not_fit_go_before_what_the_bar_is_for) {
  auto snapshot = halfway;
  const std::string longer(200, 'x');
  snapshot.postfix = longer;
  EXPECT_EQ(format_bar(snapshot, 60, false),
            "pages:  42% |#######..........| 42/100  0:05 left  2 failed");
}

TEST(ProgressLine, blocks_of_several_bytes_count_as_one_column) {
  const auto line = format_bar(halfway, 80, true);
  EXPECT_TRUE(contains(line, "█░"));
  std::size_t columns = 0;
  for (const char byte : line) columns += (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u;
  EXPECT_EQ(columns, format_bar(halfway, 80, false).size());
}

TEST(ProgressLine, an_unknown_total_shows_neither_bar_nor_percentage_nor_time_left) {
  auto snapshot = halfway;
  snapshot.total = 0;
  EXPECT_EQ(format_bar(snapshot, 80, false), "pages: 42  11.6/s  0:03  2 failed");
  EXPECT_EQ(format_plain(snapshot), "pages: 42, 11.6/s, 0:03 elapsed, 2 failed");
}

TEST(ProgressLine, a_plain_line_says_the_same_in_words) {
  EXPECT_EQ(format_plain(halfway),
            "pages: 42/100 (42%), 11.6/s, 0:03 elapsed, 0:05 left, 2 failed");
}

TEST(ProgressLine, a_hundred_percent_means_everything) {
  ProgressSnapshot snapshot{.description = "", .done = 9999, .total = 10000};
  EXPECT_TRUE(contains(format_plain(snapshot), "(99%)"));
  snapshot.done = 10000;
  EXPECT_TRUE(contains(format_plain(snapshot), "(100%)"));
  snapshot.done = 10001;  // more than was announced is no reason to break
  EXPECT_TRUE(contains(format_plain(snapshot), "(100%)"));
}

TEST(ProgressLine, a_description_cannot_break_the_line) {
  auto snapshot = halfway;
  snapshot.description = "two\nlines\x1b[2J";
  EXPECT_TRUE(contains(format_bar(snapshot, 120, false), "two lines [2J:"));
}

TEST(ProgressRate, a_steady_load_gives_its_rate_from_the_first_sample_on) {
  RateEstimate rate;
  EXPECT_EQ(rate.per_second(), 0);
  for (std::size_t i = 1; i <= 100; ++i) {
    rate.sample(i * 2, 0.1 * static_cast<double>(i));
    EXPECT_NEAR(rate.per_second(), 20, 1e-6);
  }
}

TEST(ProgressRate, the_recent_past_weighs_more) {
  RateEstimate rate;
  std::size_t done = 0;
  for (int i = 1; i <= 600; ++i) rate.sample(done += 10, 0.1 * i);    // 100/s for a minute
  for (int i = 601; i <= 1200; ++i) rate.sample(done += 1, 0.1 * i);  // then 10/s
  const double average = static_cast<double>(done) / 120;
  EXPECT_LT(rate.per_second(), average);
  EXPECT_GT(rate.per_second(), 10);
}

TEST(ProgressRate, two_samples_at_one_moment_lose_no_steps) {
  RateEstimate rate;
  rate.sample(10, 1);
  rate.sample(20, 1);
  rate.sample(20, 2);
  EXPECT_NEAR(rate.per_second(), 10, 1e-6);
}

TEST(ProgressMeter, draws_at_most_once_an_interval) {
  ProgressMeter meter(0, 0.1);
  int drawings = 0;
  for (int i = 1; i <= 1000; ++i) drawings += meter.advance(1, 0, 0.001 * i);
  EXPECT_GE(drawings, 9);
  EXPECT_LE(drawings, 10);
  EXPECT_EQ(meter.done(), 1000u);
}

TEST(ProgressMeter, what_changes_without_a_step_is_drawn_as_seldom) {
  ProgressMeter meter(10, 0.1);
  EXPECT_FALSE(meter.is_due(0.05));
  EXPECT_TRUE(meter.is_due(0.11));
  EXPECT_FALSE(meter.is_due(0.12));
  EXPECT_EQ(meter.done(), 0u);
}

TEST(ProgressMeter, draws_the_step_that_completes_the_total_at_once) {
  ProgressMeter meter(3, 100);
  EXPECT_FALSE(meter.advance(1, 0, 0.001));
  EXPECT_FALSE(meter.advance(1, 1, 0.002));
  EXPECT_TRUE(meter.advance(1, 0, 0.003));
  EXPECT_FALSE(meter.advance(1, 0, 0.004));
  EXPECT_EQ(meter.failed(), 1u);
}

TEST(ProgressMeter, tells_no_rate_before_there_is_time_to_measure_one) {
  ProgressMeter meter(1000, 0.1);
  meter.advance(100, 0, 0.001);
  EXPECT_EQ(meter.snapshot("", 0.001).rate, 0);
  EXPECT_NEAR(meter.snapshot("", 1).rate, 100, 20);
}

}  // namespace
