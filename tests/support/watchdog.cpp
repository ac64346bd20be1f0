// SPDX-License-Identifier: MIT
// The thread that counts a test's seconds.
#include "support/watchdog.hpp"

#include "support/sanitizers.hpp"
#include "support/stacks.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace fanout::test {

std::chrono::seconds seconds_from_environment(const char* variable, std::chrono::seconds otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::chrono::seconds(std::atol(text)) : otherwise;
}

Watchdog::Watchdog()
    : limit_(seconds_from_environment("FANOUT_TEST_LIMIT",
                                      std::chrono::seconds(sanitized ? 300 : 60))),
      process_(getpid()) {
  prepare_stacks();
  if (limit_.count() > 0) {
    thread_ = std::thread([this] { watch(); });
  }
}

Watchdog::~Watchdog() {
  if (getpid() != process_) {
    thread_.detach();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Watchdog::OnTestStart(const ::testing::TestInfo& test) {
  {
    const std::lock_guard lock(mutex_);
    test_ = std::string(test.test_suite_name()) + "." + test.name();
    expiry_ = Clock::now() + limit_;
  }
  changed_.notify_one();
}

void Watchdog::OnTestEnd(const ::testing::TestInfo&) {
  {
    const std::lock_guard lock(mutex_);
    expiry_.reset();
  }
  changed_.notify_one();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (!expiry_) {
      changed_.wait(lock);
    } else if (Clock::now() < *expiry_) {
      changed_.wait_until(lock, *expiry_);
    } else {
      std::fprintf(stderr, "\nwatchdog: %s hangs, it has run for %lld seconds\n", test_.c_str(),
                   static_cast<long long>(limit_.count()));
      print_all_stacks();
      std::abort();
    }
  }
}

}  // namespace fanout::test
