// SPDX-License-Identifier: MIT
// Which process an object belongs to after a fork.
#include "core/fork_guard.hpp"

#include <functional>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace fanout::test {
namespace {

using detail::ForkGuard;

// What `question` answers in a forked child.
bool in_fork(const std::function<bool()>& question) {
  const pid_t child = fork();
  if (child == 0) _exit(question() ? 1 : 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status) == 1;
}

TEST(ForkGuard, is_at_home_where_it_was_made) {
  const ForkGuard guard;
  EXPECT_FALSE(guard.in_child());
}

TEST(ForkGuard, knows_the_child_of_its_process) {
  const ForkGuard guard;
  EXPECT_TRUE(in_fork([&] { return guard.in_child(); }));
  EXPECT_FALSE(guard.in_child()) << "the parent stays what it was";
}

TEST(ForkGuard, made_in_the_child_is_at_home_there) {
  const ForkGuard before;
  EXPECT_FALSE(in_fork([] { return ForkGuard().in_child(); }));
}

TEST(ForkGuard, knows_the_child_of_the_child) {
  const ForkGuard guard;
  EXPECT_TRUE(in_fork([&] {
    const ForkGuard own;
    return in_fork([&] { return guard.in_child() && own.in_child(); });
  }));
}

TEST(ForkGuard, made_between_two_forks_is_at_home) {
  const ForkGuard first;
  EXPECT_TRUE(in_fork([&] { return first.in_child(); }));
  const ForkGuard second;
  EXPECT_FALSE(second.in_child());
  EXPECT_FALSE(first.in_child());
  EXPECT_TRUE(in_fork([&] { return first.in_child() && second.in_child(); }));
}

}  // namespace
}  // namespace fanout::test
