// SPDX-License-Identifier: MIT
// A test that hangs is named, the stacks of all threads are printed, and the program is ended.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <semaphore.h>
#include <sys/types.h>

#include <gtest/gtest.h>

namespace fanout::test {

// Limits every single test to FANOUT_TEST_LIMIT seconds (60 by default, five times that under a
// sanitizer; 0 switches the watchdog off, for work in a debugger).
class Watchdog : public ::testing::EmptyTestEventListener {
 public:
  Watchdog();
  ~Watchdog() override;

 private:
  using Clock = std::chrono::steady_clock;

  void OnTestStart(const ::testing::TestInfo& test) override;
  void OnTestEnd(const ::testing::TestInfo& test) override;
  void wait_for_change(std::optional<Clock::time_point> expiry);
  void watch();

  const std::chrono::seconds limit_;
  const pid_t process_;  // a forked child has this object but not its thread
  std::mutex mutex_;
  sem_t changed_;  // no condition variable: a forked child could not destroy one that is waited for
  std::string test_;                         // under mutex_
  std::optional<Clock::time_point> expiry_;  // under mutex_; of the test that runs now
  bool ended_ = false;                       // under mutex_
  std::thread thread_;
};

// The number of seconds in an environment variable, or `otherwise`.
std::chrono::seconds seconds_from_environment(const char* variable, std::chrono::seconds otherwise);

}  // namespace fanout::test
