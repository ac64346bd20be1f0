// SPDX-License-Identifier: MIT
// Tests that hang and leak on purpose, so that the watchdog and the leak checks can be tested.
#include <future>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

// Not static: the watchdog can only print the names of exported functions.
__attribute__((noinline)) void the_culprit_that_waits_for_ever(std::promise<void>& never) {
  never.get_future().wait();
}

TEST(Misbehaving, hangs) {
  std::promise<void> never;
  the_culprit_that_waits_for_ever(never);
}

TEST(Misbehaving, leaks_a_thread) {
  static std::promise<void> never;
  std::thread([end = never.get_future()] { end.wait(); }).detach();
}

TEST(Misbehaving, leaks_a_descriptor) { EXPECT_GE(open("/dev/null", O_RDONLY | O_CLOEXEC), 0); }

TEST(Misbehaving, leaks_a_child) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);  // stays a zombie, since nobody waits for it
  }
  EXPECT_GT(child, 0);
}
