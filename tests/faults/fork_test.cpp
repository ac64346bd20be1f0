// SPDX-License-Identifier: MIT
// A host that forks while a pool is at work: the child has a pool without a thread and without
// workers, and may leave as it likes; the pool itself does not notice.
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/forked_child.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

class ForkedHost : public Fault {
 protected:
  void SetUp() override {
    Fault::SetUp();
    if (thread_sanitizer) {
      GTEST_SKIP() << "the thread sanitizer does not support fork() of a program with threads";
    }
  }
};
FANOUT_FAULTS(ForkedHost);

std::string echo(const std::string& text) { return text; }

// conformance: 63
TEST_P(ForkedHost, while_others_submit_has_children_that_can_leave_the_pool_alone) {
  ProcessPoolExecutor executor(with(2));
  std::atomic<bool> ended = false;
  std::vector<std::thread> submitters;
  for (int i = 0; i < 2; ++i) {
    submitters.emplace_back([&, i] {
      const std::string text(i == 0 ? 10 : 200'000, 'x');
      while (!ended) EXPECT_EQ(executor.submit(echo, text).result(), text);
    });
  }
  for (int round = 0; round < rounds(); ++round) {
    const int code = code_of_child([&] {
      try {
        (void)executor.submit(square, 1);
        return 1;
      } catch (const ShutdownError&) {
      }
      executor.kill_workers();  // somebody else's: nothing happens
      executor.shutdown({.wait = true, .cancel_futures = true});
      return 0;
    });
    EXPECT_EQ(code, 0);
  }
  ended = true;
  for (auto& submitter : submitters) submitter.join();
  EXPECT_EQ(executor.submit(square, 3).result(), 9);
  EXPECT_EQ(executor.stats().died, 0U);
}

TEST_P(ForkedHost, has_a_child_in_which_the_destructor_returns) {
  for (int round = 0; round < rounds(); ++round) {
    auto executor = std::make_unique<ProcessPoolExecutor>(with(1));
    Door door;
    const auto standing = executor->submit(stand_at, door.path(), 4);
    door.await();
    EXPECT_EQ(code_of_child([&] {
                executor.reset();
                return 0;
              }),
              0);
    door.open();
    EXPECT_EQ(standing.result(), 4);
  }
}

TEST_P(ForkedHost, has_a_child_that_may_have_a_pool_of_its_own) {
  ProcessPoolExecutor executor(with(1));
  std::atomic<bool> ended = false;
  std::thread submitter([&] {
    while (!ended) EXPECT_EQ(executor.submit(square, 2).result(), 4);
  });
  for (int round = 0; round < rounds(); ++round) {
    EXPECT_EQ(code_of_child([&] {
                ProcessPoolExecutor own(with(1));
                return own.submit(square, 5).result();
              }),
              25);
  }
  ended = true;
  submitter.join();
  EXPECT_EQ(executor.submit(square, 3).result(), 9);
}

std::mutex lock;  // of this program; its workers have one of their own

int lock_and_square(int n) {
  const std::lock_guard guard(lock);
  return n * n;
}

// conformance: 176, 183
TEST_P(ForkedHost, that_holds_a_lock_while_workers_start_does_not_hand_it_on_to_them) {
  for (int round = 0; round < rounds(); ++round) {
    const std::lock_guard guard(lock);
    ProcessPoolExecutor executor(with(2));
    EXPECT_EQ(executor.submit(lock_and_square, 6).result(), 36);
    kill(executor.submit(own_pid).result(), SIGKILL);
    EXPECT_EQ(executor.submit(lock_and_square, 7).result(), 49);
  }
}

}  // namespace
}  // namespace fanout::test
