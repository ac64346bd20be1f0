// SPDX-License-Identifier: MIT
// Watches running tasks that have a time limit, with a thread of its own that starts with the
// first.
#pragma once

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <fanout/detail/state.hpp>

#include "../core/mutex.hpp"

namespace fanout::detail {

class TimeLimits {
 public:
  TimeLimits() = default;
  TimeLimits(const TimeLimits&) = delete;
  TimeLimits& operator=(const TimeLimits&) = delete;

  // Starts the thread if it is not there yet; std::system_error if it cannot be started. The thread
  // keeps `owner` alive, of which this is a member.
  void start(std::shared_ptr<void> owner);

  // The task starts to run now; start() was called before.
  void watch(State& task);

  // The task has returned. True: its limit was first, and its future has failed or is about to.
  bool unwatch(State& task);

  // How many tasks are over their limit and have not returned.
  int overrun() const noexcept {
    return overrun_.load(std::memory_order_relaxed);  // relaxed: a statistic
  }

  // The thread ends when nothing is watched any more.
  void request_stop() noexcept;

  // Gives it up, to be joined elsewhere.
  std::thread release_thread() noexcept;

 private:
  using Entry = std::pair<Deadline, State*>;

  static bool later(const Entry& a, const Entry& b) noexcept { return b.first < a.first; }

  void run();
  bool take_wake() noexcept FANOUT_REQUIRES(mutex_);

  Mutex mutex_;
  std::vector<Entry> heap_ FANOUT_GUARDED_BY(mutex_);  // the earliest deadline first
  bool stopping_ FANOUT_GUARDED_BY(mutex_) = false;
  bool asleep_ FANOUT_GUARDED_BY(mutex_) = false;  // the gate will be opened by who clears it
  Gate gate_;
  Atomic<int> overrun_{0};
  std::thread thread_ FANOUT_GUARDED_BY(mutex_);
  bool started_ FANOUT_GUARDED_BY(mutex_) = false;
};

}  // namespace fanout::detail
