// SPDX-License-Identifier: MIT
// The operating system's name of a thread.
#include "core/thread_name.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/waiting.hpp"

namespace fanout::test {
namespace {

// What a new thread is called after it named itself.
std::string name_after_setting(const std::string& name) {
  std::string found;
  std::thread([&] {
    detail::set_thread_name(name);
    found = name_of_thread(own_thread_id());
  }).join();
  return found;
}

TEST(ThreadName, may_be_a_prefix_and_a_number) {
  std::string found;
  std::thread([&] {
    detail::set_thread_name("worker", 12);
    found = name_of_thread(own_thread_id());
  }).join();
  EXPECT_EQ(found, "worker_12");
}

TEST(ThreadName, is_what_the_operating_system_shows) {
  EXPECT_EQ(name_after_setting("worker_3"), "worker_3");
  EXPECT_EQ(name_after_setting("exactly fifteen"), "exactly fifteen");
}

TEST(ThreadName, that_is_too_long_is_cut) {
  EXPECT_EQ(name_after_setting("exactly fifteen."), "exactly fifteen");
  EXPECT_EQ(name_after_setting(std::string(1000, 'x')), std::string(15, 'x'));
}

TEST(ThreadName, of_another_thread_is_left_alone) {
  const std::string before = name_of_thread(own_thread_id());
  (void)name_after_setting("another");
  EXPECT_EQ(name_of_thread(own_thread_id()), before);
}

}  // namespace
}  // namespace fanout::test
