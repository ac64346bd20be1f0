// SPDX-License-Identifier: MIT
// What a person sees of a run: the bar, a word about retries, and the summary.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include <fanout/progress.hpp>

#include "dispatcher.hpp"
#include "tally.hpp"

namespace fanout::cli::llm {

// Any thread may call any member. Retries are told as they come with `verbose`, otherwise at most
// every few seconds, since a server in trouble causes thousands.
class Watch {
 public:
  Watch(ProgressOptions progress, bool verbose) : bar_(std::move(progress)), verbose_(verbose) {}

  void expect(std::size_t calls);  // that many more than before
  void answered(const Answer& answer);
  void retrying(const RetryNotice& notice);
  void say(const std::string& line) { bar_.log(line); }

  // The bar is drawn a last time; then the summary.
  Tally finish(const Prices& prices);

 private:
  using Clock = std::chrono::steady_clock;

  ProgressBar bar_;
  const bool verbose_;
  const Clock::time_point start_ = Clock::now();

  std::mutex mutex_;
  std::size_t expected_ = 0;
  Tally tally_;
  std::uint64_t retries_ = 0;
  Clock::time_point next_word_{};  // about retries
};

}  // namespace fanout::cli::llm
