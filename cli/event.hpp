// SPDX-License-Identifier: MIT
// A one-way flag that a signal handler may set and any number of threads may wait for.
#pragma once

#include <atomic>
#include <chrono>

namespace fanout::cli {

// Backed by a pipe into which set() writes once and from which nobody reads: the read end then
// stays readable for every thread that polls it, together with whatever else that thread waits for.
// A condition variable would not do, because a signal handler must not notify one. Immovable.
class Event {
 public:
  Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();

  void set() noexcept;  // async-signal-safe; more than once is as good as once
  bool is_set() const noexcept;
  bool wait_for(
      std::chrono::milliseconds timeout) const;          // is it set, at the latest after `timeout`
  int descriptor() const noexcept { return read_end_; }  // for poll(): readable once set

 private:
  std::atomic<bool> set_{false};
  int read_end_ = -1;
  int write_end_ = -1;
};

// How a command is asked to end. Asking for `now` sets both.
//
//   drain   take no new work; what runs may finish
//   now     drop what runs as well
struct Stop {
  Event drain;
  Event now;

  void ask_to_drain() noexcept { drain.set(); }
  void ask_to_stop_now() noexcept {
    now.set();
    drain.set();
  }
};

}  // namespace fanout::cli
