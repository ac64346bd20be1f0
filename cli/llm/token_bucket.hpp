// SPDX-License-Identifier: MIT
// A limit per minute: what it lets through, and when it lets the next one through.
#pragma once

#include <algorithm>
#include <chrono>

namespace fanout::cli::llm {

// Fills steadily and holds what comes in within one second (or one unit, where that is more), so
// that in no minute more than the limit and one such second is let through. What costs more than
// the bucket holds passes when it is full, and leaves a debt to be filled up first. Not
// thread-safe.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // 0: no limit.
  TokenBucket(double per_minute, Time now)
      : per_second_(per_minute / 60),
        most_(std::max(per_second_, 1.0)),
        level_(most_),
        filled_(now) {}

  // When `cost` may be taken: not after `now` means at once.
  Time available(double cost, Time now) {
    if (per_second_ <= 0) return now;
    fill(now);
    const double missing = std::min(cost, most_) - level_;
    if (missing <= tolerance) return now;
    return now +
           std::chrono::ceil<Time::duration>(std::chrono::duration<double>(missing / per_second_));
  }

  void take(double cost, Time now) {
    if (per_second_ <= 0) return;
    fill(now);
    level_ -= cost;
  }

  // An estimate was wrong: what was taken too much comes back, what was too little is a debt.
  void correct(double estimated, double actual) {
    level_ = std::min(most_, level_ + estimated - actual);
  }

 private:
  // Rounding must not make a caller who waited long enough wait again.
  static constexpr double tolerance = 1e-6;

  void fill(Time now) {
    if (now <= filled_) return;
    level_ = std::min(most_,
                      level_ + per_second_ * std::chrono::duration<double>(now - filled_).count());
    filled_ = now;
  }

  double per_second_;
  double most_;
  double level_;
  Time filled_;
};

}  // namespace fanout::cli::llm
