// SPDX-License-Identifier: MIT
// A host that forks: the child has a process pool whose workers belong to its parent.
#include <mutex>
#include <string>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/forked_child.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

// conformance: 63
// faults: the host forks
TEST(ProcessFork, gives_a_child_in_which_the_pool_is_inert) {
  ProcessPoolExecutor executor(1);
  EXPECT_EQ(executor.submit(add, 1, 2).result(), 3);
  Door door;
  const auto standing = occupy(executor, door, 1);
  EXPECT_TRUE(in_fork([&] {
    bool good = false;
    try {
      (void)executor.submit(add, 1, 1);
    } catch (const ShutdownError&) {
      good = true;
    }
    executor.shutdown();
    executor.kill_workers();
    return good;
  }));
  door.open();
  EXPECT_EQ(standing[0].result(), 0);
}

std::mutex of_labels;

// Cannot be serialized while the lock is held.
struct Label {
  std::string text;

  template <class Archive>
  void serialize(Archive& archive) {
    const std::lock_guard lock(of_labels);
    archive(text);
  }
};

std::size_t length_of(const Label& label) { return label.text.size(); }

// faults: the host forks
TEST(ProcessFork, gives_a_child_in_which_submit_serializes_nothing) {
  ProcessPoolExecutor executor(1);
  EXPECT_EQ(executor.submit(length_of, Label{"before"}).result(), 6U);
  const std::lock_guard held(of_labels);
  EXPECT_TRUE(in_fork([&] {
    try {
      (void)executor.submit(length_of, Label{"in the child"});
    } catch (const ShutdownError&) {
      return true;
    }
    return false;
  }));
}

}  // namespace
}  // namespace fanout::test
