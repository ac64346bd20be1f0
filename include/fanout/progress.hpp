// SPDX-License-Identifier: MIT
// Progress: a bar for loops over futures, and the same bar for use by hand.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fanout {

// automatic: a bar if the descriptor is a terminal, else now and then a plain line, as suits a log.
enum class ProgressStyle { automatic, bar, lines, hidden };

struct ProgressOptions {
  std::size_t total = 0;  // how many steps there will be; 0: unknown, so no bar and no time left
  std::string description{};  // stands in front: "fetching"
  ProgressStyle style = ProgressStyle::automatic;
  int descriptor = 2;  // where to draw; 2 is stderr, which leaves stdout to the results
  int width = 0;       // in columns; 0: that of the terminal
};

// A progress bar moved by hand. Any thread may call any member at any time. It has no thread of its
// own: it draws inside `advance`, at most ten times a second. Movable; a moved-from bar may only be
// destroyed or assigned to.
//
//   fanout::ProgressBar bar({.total = files.size(), .description = "checking"});
//   for (const auto& file : files) {
//     if (!check(file)) bar.log(file + " is damaged");
//     bar.advance();
//   }
class ProgressBar {
 public:
  explicit ProgressBar(ProgressOptions options = {});
  ProgressBar(ProgressBar&&) noexcept;
  ProgressBar& operator=(ProgressBar&&) noexcept;
  ~ProgressBar();  // finishes

  // `count` more steps are done, and `failed` of them failed.
  void advance(std::size_t count = 1, std::size_t failed = 0);

  // For work that grows while it is done.
  void set_total(std::size_t total);

  // A text of one's own behind the figures, "3 retries" perhaps, until the next one; an empty one
  // takes it away. As `advance` does, it draws at most ten times a second.
  void set_postfix(std::string_view text);

  // Writes a line above the bar without garbling it, to stdout (1), stderr (2) or another
  // descriptor. Adds the end of the line where it is missing.
  void log(std::string_view line, int descriptor = 2);

  // Draws the bar a last time and leaves it there. Later steps are counted but no longer drawn.
  void finish();

  std::size_t done() const;
  std::size_t failed() const;

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

// The input range that `progress` returns. It counts a future when the loop receives it, so the bar
// is up to date while the loop's body runs. Move-only if the range is; iterate over it once.
template <class Range>
class Progress {
 public:
  class Iterator;

  Progress(Range&& range, ProgressOptions options)
      : range_(std::forward<Range>(range)), bar_(with_total(std::move(options))) {}

  Iterator begin() { return Iterator(*this, std::ranges::begin(range_)); }
  std::default_sentinel_t end() const noexcept { return {}; }

  ProgressBar& bar() noexcept { return bar_; }

 private:
  using Base = decltype(std::ranges::begin(std::declval<std::remove_reference_t<Range>&>()));

  ProgressOptions with_total(ProgressOptions options) {
    if (options.total == 0) options.total = known_total();
    return options;
  }

  // What as_completed has been given so far, or the size of a plain container of futures.
  std::size_t known_total() {
    if constexpr (requires { range_.total(); }) {
      return static_cast<std::size_t>(range_.total());
    } else if constexpr (requires { std::ranges::size(range_); }) {
      return static_cast<std::size_t>(std::ranges::size(range_));
    } else {
      return 0;
    }
  }

  Range range_;
  ProgressBar bar_;  // after range_: the bar is finished before the range is given up
};

template <class Range>
class Progress<Range>::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = std::iter_value_t<Base>;

  Iterator(Progress& progress, Base base) : progress_(&progress), base_(std::move(base)) {}

  decltype(auto) operator*() const {
    // The guard also counts elements whose reading throws, as those of executor.map do.
    Count count(*this);
    decltype(auto) element = *base_;
    count.failed = has_failed(element);
    return element;
  }

  Iterator& operator++() {
    if (!counted_) progress_->bar_.advance();
    counted_ = false;
    ++base_;
    return *this;
  }
  void operator++(int) { ++*this; }

  friend bool operator==(const Iterator& iterator, std::default_sentinel_t) {
    return iterator.at_end();
  }

 private:
  struct Count {
    explicit Count(const Iterator& owner) : iterator(owner) {}
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    ~Count() {
      if (!std::exchange(iterator.counted_, true)) {
        iterator.progress_->bar_.advance(1, failed ? 1 : 0);
      }
    }
    const Iterator& iterator;
    bool failed = true;
  };

  // failed() and not exception(): a failure that the bar has counted is still one that nobody has
  // looked at, and is reported as such. A cancelled future brought no result either.
  template <class Element>
  static bool has_failed(const Element& element) {
    if constexpr (requires { element.failed() || element.cancelled(); }) {
      return element.failed() || element.cancelled();
    } else {
      return false;
    }
  }

  bool at_end() const { return base_ == std::ranges::end(progress_->range_); }

  Progress* progress_;
  Base base_;
  mutable bool counted_ = false;
};

// Shows the progress of a loop over futures, and yields exactly what the range yields:
//
//   for (auto future : fanout::progress(fanout::as_completed(futures), {.description = "pages"}))
//
// The total is taken from the range where it knows it. A range passed by name is used in place.
template <class Range>
auto progress(Range&& range, ProgressOptions options = {}) -> Progress<Range> {
  return Progress<Range>(std::forward<Range>(range), std::move(options));
}

}  // namespace fanout
