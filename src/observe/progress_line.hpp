// SPDX-License-Identifier: MIT
// What a progress bar knows and how it reads as text. No clock and no terminal: both are arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fanout::observe {

struct ProgressSnapshot {
  std::string_view description;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t total = 0;       // 0: unknown
  double elapsed = 0;          // seconds
  double rate = 0;             // steps per second, smoothed; 0: none known
  bool finished = false;       // then there is no time left to speak of
  std::string_view postfix{};  // the caller's own words, last of all
};

// Steps per second, as a moving average over the more recent part of the run. Each sample weighs as
// much as the time it covers, so bursts and pauses do not throw it off. The window grows with the
// run: a job of an hour should not change its mind because of one slow second.
class RateEstimate {
 public:
  void sample(std::size_t done, double now);
  double per_second() const;

 private:
  double last_time_ = 0;
  std::size_t last_done_ = 0;
  double average_ = 0;  // lacks the weight of the time before the start ...
  double weight_ = 0;   // ... which this makes up for: it rises from 0 to 1
};

// Counts steps and decides when it is time to draw. Times are seconds since the start.
class ProgressMeter {
 public:
  ProgressMeter(std::size_t total, double interval) : total_(total), interval_(interval) {}

  // True when the last drawing is an interval old, or when this step completes the total.
  bool advance(std::size_t count, std::size_t failed, double now);
  // The same for what changes without a step.
  bool is_due(double now) { return advance(0, 0, now); }
  void set_total(std::size_t total) { total_ = total; }
  ProgressSnapshot snapshot(std::string_view description, double now);

  bool is_complete() const { return total_ > 0 && done_ >= total_; }
  std::size_t done() const { return done_; }
  std::size_t failed() const { return failed_; }

 private:
  std::size_t total_;
  double interval_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  double last_drawn_ = 0;
  RateEstimate rate_;
};

// One line of at most `columns` columns: "pages:  42% |####......| 42/100  12.3/s  0:03  0:05
// left". What does not fit goes, the least useful first.
std::string format_bar(const ProgressSnapshot& snapshot, int columns, bool utf8);

// For logs: "pages: 42/100 (42%), 12.3/s, 0:03 elapsed, 0:05 left, 2 failed, 3 retries".
std::string format_plain(const ProgressSnapshot& snapshot);

std::string format_duration(double seconds);  // 0:07, 12:34, 1:02:03
std::string format_rate(double per_second);   // 12.3/s, 1234/s, and below one a second 7.5/min

}  // namespace fanout::observe
