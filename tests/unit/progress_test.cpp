// SPDX-License-Identifier: MIT
// The progress bar: where it draws, and what the range adaptor counts.
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

#include "support/unhandled.hpp"

namespace {

using fanout::ProgressBar;
using fanout::ProgressStyle;

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

TEST(ProgressBar, a_postfix_stands_behind_the_figures_until_the_next_one) {
  const Capture capture;
  ProgressBar bar(
      {.total = 2, .style = ProgressStyle::bar, .descriptor = capture.descriptor(), .width = 80});
  bar.set_postfix("1 retry");
  bar.set_postfix("2 retries");
  bar.log("drawn again", capture.descriptor());
  EXPECT_TRUE(shown_lines(capture.text()).back().ends_with("  2 retries"))
      << shown_lines(capture.text()).back();
  bar.set_postfix("");
  bar.finish();
  EXPECT_FALSE(contains(shown_lines(capture.text())[1], "retries"));
}

TEST(ProgressBar, a_postfix_is_on_the_plain_line_too) {
  const Capture capture;
  {
    ProgressBar bar({.total = 1, .descriptor = capture.descriptor()});
    bar.set_postfix("3 retries");
    bar.advance();
  }
  EXPECT_TRUE(capture.text().ends_with(", 3 retries\n")) << capture.text();
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
