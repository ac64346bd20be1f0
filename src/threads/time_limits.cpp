// SPDX-License-Identifier: MIT
#include "time_limits.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include <fanout/errors.hpp>

#include "../core/make_error.hpp"
#include "../core/thread_name.hpp"

namespace fanout::detail {
namespace {

std::exception_ptr time_limit_error(const State& task) noexcept {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%g", task.limit_seconds());
  return make_error([&] {
    return TaskTimeoutError(task.name() + " ran longer than its limit of " + seconds.data() + " s");
  });
}

}  // namespace

void TimeLimits::start(std::shared_ptr<void> owner) {
  const Lock lock(mutex_);
  if (started_) return;
  thread_ = std::thread([owner = std::move(owner), this] { run(); });
  started_ = true;
}

// The caller opens the gate after it has let go of the mutex, if this is true.
bool TimeLimits::take_wake() noexcept { return std::exchange(asleep_, false); }

void TimeLimits::watch(State& task) {
  const Deadline deadline = Deadline::after_seconds(task.limit_seconds());
  if (deadline.is_never()) return;
  Lock lock(mutex_);
  heap_.emplace_back(deadline, &task);
  std::push_heap(heap_.begin(), heap_.end(), later);
  const bool wake = heap_.front().second == &task && take_wake();
  lock.unlock();
  if (wake) gate_.open();
}

bool TimeLimits::unwatch(State& task) {
  Lock lock(mutex_);
  const auto entry = std::find_if(heap_.begin(), heap_.end(),
                                  [&task](const Entry& other) { return other.second == &task; });
  if (entry == heap_.end()) {
    if (!task.is_overrun()) return false;
    overrun_.fetch_sub(1, std::memory_order_relaxed);  // relaxed: a statistic
    return true;
  }
  heap_.erase(entry);
  std::make_heap(heap_.begin(), heap_.end(), later);
  const bool wake = stopping_ && heap_.empty() && take_wake();
  lock.unlock();
  if (wake) gate_.open();
  return false;
}

void TimeLimits::request_stop() noexcept {
  Lock lock(mutex_);
  stopping_ = true;
  const bool wake = take_wake();
  lock.unlock();
  if (wake) gate_.open();
}

std::thread TimeLimits::release_thread() noexcept {
  const Lock lock(mutex_);
  return std::exchange(thread_, std::thread());
}

void TimeLimits::run() {
  set_thread_name("fanout-limits");
  for (;;) {
    State* overdue = nullptr;
    Deadline next = Deadline::never();
    {
      const Lock lock(mutex_);
      if (stopping_ && heap_.empty()) return;
      if (!heap_.empty() && heap_.front().first.passed()) {
        State* const task = heap_.front().second;
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.pop_back();
        // Under the lock, so that the worker, which takes it in unwatch(), knows who was first.
        if (!task->settle_overrun()) continue;
        overrun_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a statistic
        overdue = task;
      } else {
        if (!heap_.empty()) next = heap_.front().first;
        asleep_ = true;
      }
    }
    if (overdue != nullptr) {
      overdue->finish_overrun(time_limit_error(*overdue));
      continue;
    }
    if (!gate_.wait_until(next)) {
      const Lock lock(mutex_);
      if (take_wake()) continue;  // nobody opens the gate any more
    }
    gate_.wait();  // open, or about to be: somebody has cleared asleep_
    gate_.close();
  }
}

}  // namespace fanout::detail
