// SPDX-License-Identifier: MIT
// Threads, children and descriptors are after a test what they were before it.
#pragma once

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace fanout::test {

// What this program holds at one moment.
struct Resources {
  std::map<std::string, std::string> threads;      // id and name
  std::map<std::string, std::string> descriptors;  // number and what it leads to
  std::set<std::string> children;                  // process ids, zombies of workers included

  static Resources now();
};

// What `after` holds beyond `before`, as text; empty if there is nothing.
std::string left_over(const Resources& before, const Resources& after);

// What this program holds now beyond `before`. A thread that was joined is listed by the kernel for a
// moment longer: only threads are given time.
std::string left_over_since(const Resources& before);

// Fails a test that ends with more threads, children or descriptors than it began with. They may
// need a moment to go: FANOUT_TEST_LEAK_LIMIT seconds (10 by default).
class LeakCheck : public ::testing::EmptyTestEventListener {
 private:
  void OnTestStart(const ::testing::TestInfo& test) override;
  void OnTestEnd(const ::testing::TestInfo& test) override;

  Resources before_;
};

}  // namespace fanout::test
