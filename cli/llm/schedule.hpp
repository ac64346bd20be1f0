// SPDX-License-Identifier: MIT
// Which call may start when: the limits of the whole run, in one place and without a clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "call.hpp"
#include "token_bucket.hpp"

namespace fanout::cli::llm {

struct Limits {
  int max_in_flight = 16;
  int requests_per_minute = 0;  // 0: no limit
  int tokens_per_minute = 0;
};

// Holds the calls that wait, those for their first attempt and those for a retry, and says which
// may start. All it knows of time is what it is told. Not thread-safe.
//
//   schedule.add(std::move(call));
//   while (CallPtr call = schedule.start(now)) run(std::move(call));   // then finish() for each
//   sleep_until(schedule.next_start(now));
class Schedule {
 public:
  using Time = Call::Time;

  Schedule(const Limits& limits, Time now);

  void add(CallPtr call);                   // to start as soon as the limits let it
  void add_later(CallPtr call, Time when);  // a retry: not before `when`

  // The call to start now, counted as in flight; null: none may. Retries that are due come first,
  // then the others in the order in which they were added.
  CallPtr start(Time now);

  // When start() may have one at the earliest; nothing: not before a call finishes or is added.
  std::optional<Time> next_start(Time now);

  // A call in flight has ended its attempt. `tokens` is what it cost, where the server said so.
  void finish(const Call& call, std::optional<std::uint64_t> tokens);

  // The server had enough: nothing starts before `until`, and half as many calls as now may be in
  // flight, then one more for each that succeeds. Calls that were on their way already when this
  // happened last prolong the pause, and halve nothing again.
  void slow_down(const Call& call, Time now, Time until);
  void succeed();

  // Everything that waits, given up.
  std::vector<CallPtr> drop_all();

  std::size_t ready() const { return ready_.size(); }      // for their first attempt
  std::size_t waiting() const { return retries_.size(); }  // for a retry
  std::size_t bytes() const { return bytes_; }             // that those hold
  int in_flight() const { return in_flight_; }
  int most_in_flight() const { return most_in_flight_; }  // at the moment

 private:
  const Call* next(Time now) const;
  CallPtr take_next(Time now);
  Time allowed_at(const Call& call, Time now);

  const int max_in_flight_;
  int most_in_flight_;
  int in_flight_ = 0;
  TokenBucket requests_;
  TokenBucket tokens_;
  Time paused_until_{};
  std::optional<Time> slowed_at_;

  std::deque<CallPtr> ready_;
  std::multimap<Time, CallPtr> retries_;
  std::size_t bytes_ = 0;
};

}  // namespace fanout::cli::llm
