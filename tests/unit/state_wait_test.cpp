// SPDX-License-Identifier: MIT
// How a thread waits for one state: with a deadline, with help, and against circles.
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "core/context.hpp"
#include "probe.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::Deadline;
using detail::State;

// Runs what it is asked to run, if it may.
class FakeHelper final : public detail::Helper {
 public:
  explicit FakeHelper(bool willing) : willing_(willing) { detail::context.helper = this; }
  ~FakeHelper() { detail::context.helper = nullptr; }

  const detail::Owner* owner() const noexcept override { return nullptr; }
  bool run_awaited(State& state) override {
    ++asked;
    if (willing_) run_and_finish(state);
    return willing_;
  }

  int asked = 0;

 private:
  const bool willing_;
};

TEST(StateWait, returns_when_another_thread_finishes_the_state) {
  Fate fate;
  const Handle state(new Probe(fate));
  Caller waiter([&] { state->wait(); });
  ASSERT_TRUE(waiter.until_blocked());
  run_and_finish(*state);
  waiter.join();
}

TEST(StateWait, returns_when_another_thread_cancels_the_state) {
  Fate fate;
  const Handle state(new Probe(fate));
  Caller waiter([&] { state->wait(); });
  ASSERT_TRUE(waiter.until_blocked());
  state->cancel();
  waiter.join();
}

TEST(StateWait, ends_at_the_deadline_and_leaves_the_state_alone) {
  Fate fate;
  const Handle state(new Probe(fate));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(state->block_until(Deadline::after(20ms)));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
  EXPECT_FALSE(state->wait_until(Deadline::after(1ms)));
  EXPECT_EQ(state->status(), detail::Status::pending);
  run_and_finish(*state);
  EXPECT_TRUE(state->block_until(Deadline::after(0s)));
}

TEST(StateWait, lets_the_worker_run_the_awaited_task) {
  Fate fate;
  const Handle state(new Probe(fate));
  FakeHelper helper(true);
  state->wait();
  EXPECT_TRUE(state->done());
  EXPECT_EQ(helper.asked, 1);
}

TEST(StateWait, with_a_deadline_runs_nothing) {
  Fate fate;
  const Handle state(new Probe(fate));
  FakeHelper helper(true);
  EXPECT_FALSE(state->wait_until(Deadline::after(1ms)));
  EXPECT_FALSE(state->block_until(Deadline::after(1ms)));
  EXPECT_EQ(helper.asked, 0);
  state->cancel();
}

TEST(StateWait, asks_no_worker_when_the_state_is_done) {
  Fate fate;
  const Handle state(new Probe(fate));
  run_and_finish(*state);
  FakeHelper helper(true);
  state->wait();
  EXPECT_EQ(helper.asked, 0);
}

TEST(StateWait, blocks_when_the_worker_cannot_run_the_task) {
  Fate fate;
  const Handle state(new Probe(fate));
  Caller waiter([&] {
    FakeHelper helper(false);
    state->wait();
    EXPECT_EQ(helper.asked, 1);
  });
  ASSERT_TRUE(waiter.until_blocked());
  run_and_finish(*state);
  waiter.join();
}

TEST(StateWait, of_a_task_for_itself_is_refused) {
  Fate fate;
  auto* const probe = new Probe(fate, "ouroboros");
  const Handle state(probe);
  probe->body = [&] {
    const std::string text = thrown<DeadlockError>([&] { state->wait(); });
    EXPECT_TRUE(holds(text, "ouroboros"));
    EXPECT_FALSE(state->wait_until(Deadline::after(1ms))) << "with a deadline it is only foolish";
  };
  run_and_finish(*state);
  EXPECT_EQ(fate.invoked, 1);
}

TEST(StateWait, for_the_exception_says_what_happened) {
  Fate fate;
  const Handle pending(new Probe(fate));
  thrown<TimeoutError>([&] { (void)pending->wait_for_exception(Deadline::after(0s)); });
  pending->cancel();
  thrown<CancelledError>([&] { (void)pending->wait_for_exception(Deadline::after(0s)); });

  const Handle good(new Probe(fate));
  run_and_finish(*good);
  EXPECT_EQ(good->wait_for_exception(Deadline::never()), nullptr);

  auto* const probe = new Probe(fate);
  const Handle bad(probe);
  probe->body = [] { throw std::out_of_range("far"); };
  run_and_finish(*bad);
  EXPECT_EQ(text_of(bad->wait_for_exception(Deadline::never())), "far");
}

TEST(StateWait, for_the_value_throws_what_the_task_threw_each_time) {
  Fate fate;
  auto* const probe = new Probe(fate);
  const Handle bad(probe);
  probe->body = [] { throw std::out_of_range("far"); };
  run_and_finish(*bad);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(thrown<std::out_of_range>([&] { bad->wait_for_value(Deadline::never()); }), "far");
  }
}

TEST(StateWait, the_value_is_claimed_once) {
  Fate fate;
  const Handle state(new Probe(fate));
  run_and_finish(*state);
  state->wait_for_value(Deadline::never());
  state->claim_value();
  EXPECT_TRUE(holds(thrown<InvalidStateError>([&] { state->claim_value(); }), "taken before"));
  thrown<InvalidStateError>([&] { state->wait_for_value(Deadline::never()); });
}

TEST(StateWait, many_threads_wait_for_one_state) {
  Fate fate;
  const Handle state(new Probe(fate));
  int value = 0;  // written by the task, read by all: the race detector watches
  static_cast<Probe&>(*state).body = [&] { value = 7; };
  std::vector<std::thread> waiters;
  for (int i = 0; i < 8; ++i) {
    waiters.emplace_back([&] {
      state->wait();
      EXPECT_EQ(value, 7);
    });
  }
  run_and_finish(*state);
  for (std::thread& waiter : waiters) waiter.join();
}

TEST(StateWait, a_deadline_and_the_end_may_come_at_the_same_moment) {
  constexpr int rounds = sanitized ? 300 : 2000;
  int in_time = 0;
  for (int round = 0; round < rounds; ++round) {
    Fate fate;
    const Handle state(new Probe(fate));
    std::thread worker([&] { run_and_finish(*state); });
    if (state->block_until(Deadline::after(std::chrono::microseconds(round % 50)))) {
      EXPECT_TRUE(state->done());
      ++in_time;
    }
    worker.join();
    EXPECT_TRUE(state->done());
  }
  EXPECT_GE(in_time, 0);  // how many is up to the machine
}

}  // namespace
}  // namespace fanout::test
