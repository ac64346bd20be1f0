// SPDX-License-Identifier: MIT
// Which process an object belongs to after a fork.
#include "core/fork_guard.hpp"

#include <gtest/gtest.h>

#include "core/stripes.hpp"
#include "support/forked_child.hpp"

namespace fanout::test {
namespace {

using detail::ForkGuard;

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

TEST(ForkGuard, lets_no_stripe_be_held_in_a_child) {
  const int state = 0;
  detail::Mutex& stripe = detail::stripe_of(&state);
  const detail::Lock held(stripe);
  EXPECT_TRUE(in_fork([&] {
    if (!stripe.try_lock()) return false;
    stripe.unlock();
    return true;
  }));
}

}  // namespace
}  // namespace fanout::test
