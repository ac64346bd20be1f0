// SPDX-License-Identifier: MIT
// The thread that counts a test's seconds.
#include "support/watchdog.hpp"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "support/sanitizers.hpp"
#include "support/stacks.hpp"

namespace fanout::test {

std::chrono::seconds seconds_from_environment(const char* variable,
                                              std::chrono::seconds otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::chrono::seconds(std::atol(text)) : otherwise;
}

Watchdog::Watchdog()
    : limit_(seconds_from_environment("FANOUT_TEST_LIMIT",
                                      std::chrono::seconds(sanitized ? 300 : 60))),
      process_(getpid()) {
  prepare_stacks();
  sem_init(&changed_, 0, 0);
  if (limit_.count() > 0) {
    thread_ = std::thread([this] { watch(); });
  }
}

Watchdog::~Watchdog() {
  if (getpid() != process_) {
    if (thread_.joinable()) {
      thread_.detach();
    }
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  sem_post(&changed_);
  if (thread_.joinable()) {
    thread_.join();
  }
  sem_destroy(&changed_);
}

void Watchdog::OnTestStart(const ::testing::TestInfo& test) {
  {
    const std::lock_guard lock(mutex_);
    test_ = std::string(test.test_suite_name()) + "." + test.name();
    expiry_ = Clock::now() + limit_;
  }
  sem_post(&changed_);
}

void Watchdog::OnTestEnd(const ::testing::TestInfo&) {
  {
    const std::lock_guard lock(mutex_);
    expiry_.reset();
  }
  sem_post(&changed_);
}

void Watchdog::wait_for_change(std::optional<Clock::time_point> expiry) {
  if (!expiry) {
    sem_wait(&changed_);
    return;
  }
  const auto since_start = expiry->time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_start);
  timespec time{};
  time.tv_sec = seconds.count();
  time.tv_nsec = std::chrono::nanoseconds(since_start - seconds).count();
  sem_clockwait(&changed_, CLOCK_MONOTONIC, &time);
}

void Watchdog::watch() {
  for (;;) {
    std::optional<Clock::time_point> expiry;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) {
        return;
      }
      if (expiry_ && Clock::now() >= *expiry_) {
        std::fprintf(stderr, "\nwatchdog: %s hangs, it has run for %lld seconds\n", test_.c_str(),
                     static_cast<long long>(limit_.count()));
        print_all_stacks();
        std::abort();
      }
      expiry = expiry_;
    }
    wait_for_change(expiry);
  }
}

}  // namespace fanout::test
