// SPDX-License-Identifier: MIT
// The progress bar: what its line says, when it draws, and what the range adaptor counts.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/progress.hpp>
#include <fanout/promise.hpp>
#include <fanout/wait.hpp>

#include "../../src/observe/progress_line.hpp"
#include "support/unhandled.hpp"

namespace {

using fanout::ProgressBar;
using fanout::ProgressStyle;
using fanout::observe::format_bar;
using fanout::observe::format_duration;
using fanout::observe::format_plain;
using fanout::observe::format_rate;
using fanout::observe::ProgressMeter;
using fanout::observe::ProgressSnapshot;
using fanout::observe::RateEstimate;

// A file that collects what is written to a descriptor: no terminal, and nothing to drain.
class Capture {
 public:
  Capture() : descriptor_(::mkstemp(path_.data())) { ::unlink(path_.c_str()); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }

  std::string text() const {
    std::string content(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    const auto count = ::pread(descriptor_, content.data(), content.size(), 0);
    content.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return content;
  }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / "fanout-progress-XXXXXX";
  int descriptor_;
};

std::size_t count_of(std::string_view part, std::string_view text) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// What a terminal would show: a carriage return goes back, "erase to the end" erases.
std::vector<std::string> shown_lines(std::string_view text) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 4) == "\r\x1b[K") {
      lines.back().clear();
      at += 3;
    } else if (text[at] == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += text[at];
    }
  }
  return lines;
}

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

TEST(ProgressMeter, draws_the_step_that_completes_the_total_at_once) {
  ProgressMeter meter(3, 100);
  EXPECT_FALSE(meter.advance(1, 0, 0.001));
  EXPECT_FALSE(meter.advance(1, 1, 0.002));
  EXPECT_TRUE(meter.advance(1, 0, 0.003));
  EXPECT_FALSE(meter.advance(1, 0, 0.004));
  EXPECT_EQ(meter.failed(), 1u);
}

TEST(ProgressBar, writes_one_plain_line_where_there_is_no_terminal) {
  const Capture capture;
  {
    ProgressBar bar({.total = 3, .description = "pages", .descriptor = capture.descriptor()});
    for (int i = 0; i < 3; ++i) bar.advance();
  }
  const auto text = capture.text();
  EXPECT_EQ(count_of("\n", text), 1u) << text;
  EXPECT_EQ(text.rfind("pages: 3/3 (100%)", 0), 0u) << text;
  EXPECT_FALSE(contains(text, "\x1b"));
}

TEST(ProgressBar, redraws_one_line_and_leaves_the_last_state) {
  const Capture capture;
  {
    ProgressBar bar({.total = 2,
                     .description = "pages",
                     .style = ProgressStyle::bar,
                     .descriptor = capture.descriptor(),
                     .width = 80});
    bar.advance();
    bar.advance(1, 1);
    bar.finish();
    bar.finish();
  }
  const auto lines = shown_lines(capture.text());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(contains(lines[0], "pages: 100% |")) << lines[0];
  EXPECT_TRUE(contains(lines[0], "2/2")) << lines[0];
  EXPECT_TRUE(contains(lines[0], "1 failed")) << lines[0];
  EXPECT_EQ(lines[1], "");
}

TEST(ProgressBar, a_logged_line_stands_whole_above_the_bar) {
  const Capture capture;
  {
    ProgressBar bar(
        {.total = 2, .style = ProgressStyle::bar, .descriptor = capture.descriptor(), .width = 60});
    bar.advance();
    bar.log("first", capture.descriptor());
    bar.log("second\n", capture.descriptor());
    bar.advance();
  }
  const auto lines = shown_lines(capture.text());
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "first");
  EXPECT_EQ(lines[1], "second");
  EXPECT_TRUE(contains(lines[2], "2/2")) << lines[2];
}

TEST(ProgressBar, lines_logged_elsewhere_leave_the_bar_alone) {
  const Capture drawing;
  const Capture results;
  ProgressBar bar({.style = ProgressStyle::bar, .descriptor = drawing.descriptor(), .width = 60});
  const auto before = drawing.text();
  bar.log("result", results.descriptor());
  EXPECT_EQ(results.text(), "result\n");
  EXPECT_EQ(drawing.text(), before);
}

TEST(ProgressBar, a_hidden_one_counts_and_logs_but_draws_nothing) {
  const Capture capture;
  {
    ProgressBar bar({.style = ProgressStyle::hidden, .descriptor = capture.descriptor()});
    bar.advance(5, 2);
    bar.log("line", capture.descriptor());
    EXPECT_EQ(bar.done(), 5u);
    EXPECT_EQ(bar.failed(), 2u);
  }
  EXPECT_EQ(capture.text(), "line\n");
}

TEST(ProgressBar, threads_advance_and_log_without_losing_or_tearing_anything) {
  const Capture capture;
  {
    ProgressBar bar({.total = 4000,
                     .style = ProgressStyle::bar,
                     .descriptor = capture.descriptor(),
                     .width = 60});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&bar, &capture] {
        for (int i = 0; i < 1000; ++i) {
          bar.advance(1, i % 2 == 0 ? 1 : 0);
          if (i % 100 == 0) bar.log("a whole line", capture.descriptor());
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(bar.done(), 4000u);
    EXPECT_EQ(bar.failed(), 2000u);
  }
  const auto lines = shown_lines(capture.text());
  ASSERT_EQ(lines.size(), 42u);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(lines[i], "a whole line");
  EXPECT_TRUE(contains(lines[40], "4000/4000"));
}

TEST(ProgressBar, moves_and_finishes_once) {
  const Capture capture;
  {
    ProgressBar first({.total = 1, .descriptor = capture.descriptor()});
    ProgressBar second(std::move(first));
    second.advance();
  }
  EXPECT_EQ(count_of("\n", capture.text()), 1u);
}

TEST(Progress, yields_what_the_range_yields_and_counts_failed_and_cancelled_futures) {
  const Capture capture;
  fanout::Promise<int> good;
  fanout::Promise<int> bad;
  fanout::Promise<int> dropped;
  std::vector<fanout::Future<int>> futures{good.get_future(), bad.get_future(),
                                           dropped.get_future()};
  good.set_value(7);
  bad.set_exception(std::make_exception_ptr(std::runtime_error("no")));
  ASSERT_TRUE(futures[2].cancel());

  std::vector<fanout::Future<int>> seen;
  for (auto future : fanout::progress(fanout::as_completed(futures),
                                      {.total = 3, .descriptor = capture.descriptor()})) {
    seen.push_back(future);
  }
  EXPECT_EQ(seen, futures);
  EXPECT_TRUE(contains(capture.text(), "3/3 (100%)")) << capture.text();
  EXPECT_TRUE(contains(capture.text(), "2 failed")) << capture.text();
  EXPECT_THROW(futures[1].result(), std::runtime_error);
}

TEST(Progress, a_failure_that_only_the_bar_saw_is_still_reported) {
  const fanout::test::UnhandledRecorder recorder;
  {
    fanout::Promise<int> promise;
    std::vector<fanout::Future<int>> futures{promise.get_future()};
    promise.set_exception(std::make_exception_ptr(std::runtime_error("unseen")));
    auto counted = fanout::progress(futures, {.style = ProgressStyle::hidden});
    for (auto& future : counted) EXPECT_TRUE(future.done());
    EXPECT_EQ(counted.bar().failed(), 1u);
    EXPECT_EQ(recorder.count(), 0u);
  }
  EXPECT_EQ(recorder.texts(), std::vector<std::string>{"unseen"});
}

TEST(Progress, takes_the_total_from_a_range_that_knows_it) {
  const Capture capture;
  const std::vector<int> numbers{1, 2, 3, 4};
  int sum = 0;
  for (const int number : fanout::progress(numbers, {.descriptor = capture.descriptor()})) {
    sum += number;
    if (number == 2) break;
  }
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(capture.text().rfind("2/4 (50%)", 0), 0u) << capture.text();
}

static_assert(std::ranges::input_range<fanout::Progress<std::vector<int>&>>);
static_assert(std::ranges::input_range<fanout::Progress<fanout::AsCompleted<fanout::Future<int>>>>);

TEST(Progress, hands_on_references_and_elements_that_only_move) {
  std::vector<int> numbers{1, 2, 3};
  for (int& number : fanout::progress(numbers, {.style = ProgressStyle::hidden})) ++number;
  EXPECT_EQ(numbers, (std::vector{2, 3, 4}));

  std::vector<std::unique_ptr<int>> owners;
  owners.push_back(std::make_unique<int>(5));
  auto view = fanout::progress(std::move(owners), {.style = ProgressStyle::hidden});
  for (auto& owner : view) EXPECT_EQ(*owner, 5);
  EXPECT_EQ(view.bar().done(), 1u);
}

// An element whose reading throws, as those of executor.map may.
struct Throwing {
  struct Iterator {
    using difference_type = std::ptrdiff_t;
    using value_type = int;
    int operator*() const { return at == 1 ? throw std::runtime_error("element 1") : at; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    void operator++(int) { ++at; }
    bool operator==(std::default_sentinel_t) const { return at == 3; }
    int at = 0;
  };
  Iterator begin() const { return {}; }
  std::default_sentinel_t end() const { return {}; }
};

TEST(Progress, an_element_that_throws_counts_as_failed_and_the_iteration_goes_on) {
  auto view = fanout::progress(Throwing{}, {.style = ProgressStyle::hidden});
  int caught = 0;
  for (auto it = view.begin(); it != view.end(); ++it) {
    try {
      (void)*it;
    } catch (const std::runtime_error&) {
      ++caught;
    }
  }
  EXPECT_EQ(caught, 1);
  EXPECT_EQ(view.bar().done(), 3u);
  EXPECT_EQ(view.bar().failed(), 1u);
}

}  // namespace
