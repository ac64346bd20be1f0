// SPDX-License-Identifier: MIT
// Turns the counts of a progress bar into text.
#include "progress_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace fanout::observe {
namespace {

constexpr double shortest_window = 5;  // seconds
constexpr double first_rate = 0.1;     // seconds; over less than this a rate says nothing
constexpr int shortest_bar = 8;        // columns; a shorter one says less than the percentage

// Columns, taking each code point as one: right for Latin text and bar blocks, which is what is
// drawn here; a wide script makes the bar a little too long.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u;
  }));
}

std::string cut(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    const bool starts = (static_cast<unsigned char>(text[bytes]) & 0xc0u) != 0x80u;
    if (starts && ++seen > columns) break;
  }
  return std::string(text.substr(0, bytes));
}

// A line break or an escape sequence in the description would break the one line we redraw.
std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(),
      [](char byte) { return static_cast<unsigned char>(byte) < 0x20u || byte == 0x7f; }, ' ');
  return clean;
}

std::string counts(const ProgressSnapshot& snapshot) {
  std::string text = std::to_string(snapshot.done);
  if (snapshot.total > 0) text += '/' + std::to_string(snapshot.total);
  return text;
}

double fraction(const ProgressSnapshot& snapshot) {
  if (snapshot.total == 0) return 0;
  return std::min(1.0, static_cast<double>(snapshot.done) / static_cast<double>(snapshot.total));
}

// Rounded down: 100 % is said when everything is done and not before.
std::string percent(const ProgressSnapshot& snapshot) {
  if (snapshot.total == 0) return {};
  return std::to_string(static_cast<int>(fraction(snapshot) * 100)) + '%';
}

std::string time_left(const ProgressSnapshot& snapshot) {
  const bool unknown = snapshot.done >= snapshot.total || snapshot.rate <= 0;
  if (snapshot.finished || unknown) return {};
  const auto remaining = static_cast<double>(snapshot.total - snapshot.done);
  return format_duration(remaining / snapshot.rate) + " left";
}

std::string failures(const ProgressSnapshot& snapshot) {
  return snapshot.failed == 0 ? std::string() : std::to_string(snapshot.failed) + " failed";
}

std::string draw_bar(double part, std::size_t columns, bool utf8) {
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(columns));
  std::string bar = "|";
  for (std::size_t i = 0; i < columns; ++i) {
    if (utf8) {
      bar += i < filled ? "█" : "░";
    } else {
      bar += i < filled ? '#' : '.';
    }
  }
  return bar + '|';
}

}  // namespace

void RateEstimate::sample(std::size_t done, double now) {
  const double duration = now - last_time_;
  if (duration <= 0) return;  // the steps are counted by the next sample
  const double window = std::max(shortest_window, now / 2);
  const double share = 1 - std::exp(-duration / window);
  const double current = static_cast<double>(done - last_done_) / duration;
  average_ += share * (current - average_);
  weight_ += share * (1 - weight_);
  last_time_ = now;
  last_done_ = done;
}

double RateEstimate::per_second() const { return weight_ > 0 ? average_ / weight_ : 0; }

bool ProgressMeter::advance(std::size_t count, std::size_t failed, double now) {
  const bool was_complete = is_complete();
  done_ += count;
  failed_ += failed;
  const bool completes = is_complete() && !was_complete;
  if (!completes && now - last_drawn_ < interval_) return false;
  last_drawn_ = now;
  return true;
}

ProgressSnapshot ProgressMeter::snapshot(std::string_view description, double now) {
  rate_.sample(done_, now);
  return {.description = description,
          .done = done_,
          .failed = failed_,
          .total = total_,
          .elapsed = now,
          .rate = now < first_rate ? 0 : rate_.per_second()};
}

std::string format_duration(double seconds) {
  // A century is as good as for ever, and keeps the conversion defined.
  const long long whole = std::llround(std::clamp(seconds, 0.0, 3.2e9));
  const long long hours = whole / 3600;
  const int minutes = static_cast<int>(whole / 60 % 60);
  const int rest = static_cast<int>(whole % 60);
  std::array<char, 48> text{};
  if (hours > 0) {
    std::snprintf(text.data(), text.size(), "%lld:%02d:%02d", hours, minutes, rest);
  } else {
    std::snprintf(text.data(), text.size(), "%d:%02d", minutes, rest);
  }
  return text.data();
}

std::string format_rate(double per_second) {
  if (per_second <= 0) return {};
  const bool slow = per_second < 1;
  const double value = slow ? per_second * 60 : per_second;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), value < 99.95 ? "%.1f%s" : "%.0f%s",
                std::min(value, 1e15), slow ? "/min" : "/s");
  return text.data();
}

std::string format_bar(const ProgressSnapshot& snapshot, int columns, bool utf8) {
  // The last column stays free: many terminals wrap the line once it is written to.
  const auto room = static_cast<std::size_t>(std::max(columns, 2) - 1);
  std::string title = printable(snapshot.description);
  if (!title.empty()) title += ':';
  std::string done_part = percent(snapshot);
  if (!done_part.empty()) done_part.insert(0, 4 - std::min<std::size_t>(4, done_part.size()), ' ');

  enum {
    title_at,
    percent_at,
    counts_at,
    rate_at,
    elapsed_at,
    left_at,
    failed_at,
    postfix_at,
    parts
  };
  std::array<std::string, parts> text = {title,
                                         done_part,
                                         counts(snapshot),
                                         format_rate(snapshot.rate),
                                         format_duration(snapshot.elapsed),
                                         time_left(snapshot),
                                         failures(snapshot),
                                         printable(snapshot.postfix)};
  const auto assemble = [&text](std::string_view bar) {
    std::string line;
    for (std::size_t at = 0; at < parts; ++at) {
      if (at == counts_at && !bar.empty()) line += (line.empty() ? "" : " ") + std::string(bar);
      if (text[at].empty()) continue;
      // Two spaces set the figures at the end apart from each other.
      if (!line.empty()) line += at > counts_at ? "  " : " ";
      line += text[at];
    }
    return line;
  };

  for (const auto least_useful : {rate_at, elapsed_at, postfix_at, left_at, percent_at, title_at}) {
    if (columns_of(assemble({})) <= room) break;
    text[least_useful].clear();
  }
  const std::size_t taken = columns_of(assemble({})) + 3;  // two borders and a space
  const bool bar_fits = taken + static_cast<std::size_t>(shortest_bar) <= room;
  if (snapshot.total == 0 || !bar_fits) return cut(assemble({}), room);
  return assemble(draw_bar(fraction(snapshot), std::min<std::size_t>(room - taken, 40), utf8));
}

std::string format_plain(const ProgressSnapshot& snapshot) {
  std::string line = printable(snapshot.description);
  if (!line.empty()) line += ": ";
  line += counts(snapshot);
  if (snapshot.total > 0) line += " (" + percent(snapshot) + ')';
  const std::string elapsed = format_duration(snapshot.elapsed) + " elapsed";
  for (const std::string& part : {format_rate(snapshot.rate), elapsed, time_left(snapshot),
                                  failures(snapshot), printable(snapshot.postfix)}) {
    if (!part.empty()) line += ", " + part;
  }
  return line;
}

}  // namespace fanout::observe
