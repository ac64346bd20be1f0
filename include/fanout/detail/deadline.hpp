// SPDX-License-Identifier: MIT
// A moment on the steady clock up to which a call may block, made from any duration without
// overflow.
#pragma once

#include <cstdint>

#include <fanout/detail/chrono.hpp>

namespace fanout::detail {

class Deadline {
 public:
  // Never passes.
  static constexpr Deadline never() noexcept { return Deadline(infinite); }

  // Now plus `timeout`. Zero, negative and most negative have passed already, huge and infinite
  // ones never pass; not-a-number throws std::invalid_argument.
  template <class Rep, class Period>
  static Deadline after(std::chrono::duration<Rep, Period> timeout) {
    return after_seconds(std::chrono::duration<double>(timeout).count());
  }

  static Deadline after_seconds(double seconds);

  bool is_never() const noexcept { return nanoseconds_ == infinite; }
  bool passed() const noexcept;

  // Since the epoch of the steady clock.
  std::int64_t nanoseconds() const noexcept { return nanoseconds_; }

  friend bool operator==(Deadline, Deadline) = default;
  friend bool operator<(Deadline a, Deadline b) noexcept { return a.nanoseconds_ < b.nanoseconds_; }

 private:
  static constexpr std::int64_t infinite = INT64_MAX;

  explicit constexpr Deadline(std::int64_t nanoseconds) noexcept : nanoseconds_(nanoseconds) {}

  std::int64_t nanoseconds_;
};

}  // namespace fanout::detail
