// SPDX-License-Identifier: MIT
// Who destroys the block of a state: the last of the four who still need it, in whatever order they
// come.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "probe.hpp"
#include "support/sanitizers.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using detail::State;

struct Event {
  char letter;
  std::function<void(State&)> happen;
};

// The ways to end: with the outcome of the worker, or with that of the timer.
const Event finishes{'f', [](State& state) { state.finish(); }};
const Event limit_finishes{
    'l', [](State& state) {
      state.finish_overrun(std::make_exception_ptr(TaskTimeoutError("over its limit")));
    }};
const Event last_handle_goes{'h', [](State& state) { state.drop_handle(); }};
const Event leaves_queue{'q', [](State& state) { state.leave_queue(); }};
const Event callable_returns{'r', [](State& state) { state.leave_overrun(); }};
const Event is_cancelled{'c', [](State& state) { state.cancel(); }};

// A state that has started where it stands.
Probe* started(Fate& fate, CountingOwner& owner, bool queued, bool overrun) {
  auto* const probe = new Probe(fate, "short-lived", 1.0);
  if (queued) probe->enqueue_for(owner);
  EXPECT_TRUE(probe->start());
  if (overrun) {
    EXPECT_TRUE(probe->settle_overrun());
  }
  return probe;
}

// Lets the events happen in each order; returns how many orders there were.
int check_each_order(std::vector<Event> events, const std::function<State*(Fate&)>& make,
                     const std::function<bool(const std::string&)>& may_be = {}) {
  const auto earlier = [](const Event& a, const Event& b) { return a.letter < b.letter; };
  std::sort(events.begin(), events.end(), earlier);
  int orders = 0;
  do {
    std::string order;
    for (const Event& event : events) order += event.letter;
    if (may_be && !may_be(order)) continue;
    SCOPED_TRACE(order);
    Fate fate;
    State* const state = make(fate);
    for (const Event& event : events) {
      EXPECT_EQ(fate.destroyed, 0) << "before " << event.letter;
      event.happen(*state);
    }
    EXPECT_EQ(fate.destroyed, 1);
    ++orders;
  } while (std::next_permutation(events.begin(), events.end(), earlier));
  return orders;
}

TEST(StateLifetime, a_finished_state_goes_with_its_last_handle_in_either_order) {
  CountingOwner owner;
  const auto make = [&](Fate& fate) { return started(fate, owner, false, false); };
  EXPECT_EQ(check_each_order({finishes, last_handle_goes}, make), 2);
}

TEST(StateLifetime, an_empty_shell_lives_until_it_is_taken_out_of_its_queue_in_each_order) {
  CountingOwner owner;
  const auto make = [&](Fate& fate) { return started(fate, owner, true, false); };
  EXPECT_EQ(check_each_order({finishes, last_handle_goes, leaves_queue}, make), 6);
}

TEST(StateLifetime, an_overrun_state_lives_until_its_callable_returns_in_each_order) {
  const UnhandledRecorder unhandled;
  CountingOwner owner;
  const auto make = [&](Fate& fate) { return started(fate, owner, false, true); };
  EXPECT_EQ(check_each_order({limit_finishes, last_handle_goes, callable_returns}, make), 6);
  EXPECT_EQ(unhandled.count(), 6u) << "once for each state, whose failure nobody looked at";
}

TEST(StateLifetime, the_last_of_all_four_destroys_the_state_in_each_order) {
  const UnhandledRecorder unhandled;
  CountingOwner owner;
  const auto make = [&](Fate& fate) { return started(fate, owner, true, true); };
  EXPECT_EQ(
      check_each_order({limit_finishes, last_handle_goes, leaves_queue, callable_returns}, make),
      24);
  EXPECT_EQ(unhandled.count(), 24u);
}

TEST(StateLifetime, a_cancelled_state_lives_until_it_is_taken_out_of_its_queue_in_each_order) {
  CountingOwner owner;
  const auto make = [&](Fate& fate) {
    auto* const probe = new Probe(fate);
    probe->enqueue_for(owner);
    return probe;
  };
  // Whoever cancels has a handle, or took the state out of its queue and still has to say so.
  const auto may_be = [](const std::string& order) { return order.back() != 'c'; };
  EXPECT_EQ(check_each_order({is_cancelled, last_handle_goes, leaves_queue}, make, may_be), 4);
}

TEST(StateLifetime, a_running_state_needs_no_handle) {
  Fate fate;
  auto* const probe = new Probe(fate);
  ASSERT_TRUE(probe->start());
  probe->drop_handle();
  probe->run();
  EXPECT_EQ(fate.destroyed, 0);
  probe->finish();
  EXPECT_EQ(fate.destroyed, 1);
}

TEST(StateLifetime, a_dequeued_state_needs_no_handle) {
  Fate fate;
  CountingOwner owner;
  auto* const probe = new Probe(fate);
  probe->enqueue_for(owner);
  probe->drop_handle();
  EXPECT_EQ(fate.destroyed, 0);
  ASSERT_TRUE(probe->start_dequeued());
  probe->run();
  probe->finish();
  EXPECT_EQ(fate.destroyed, 1);
}

TEST(StateLifetime, only_the_last_of_several_handles_counts) {
  Fate fate;
  auto* const probe = new Probe(fate);
  EXPECT_TRUE(probe->has_one_handle());
  probe->add_handle();
  EXPECT_FALSE(probe->has_one_handle());
  run_and_finish(*probe);
  probe->drop_handle();
  EXPECT_TRUE(probe->has_one_handle());
  EXPECT_EQ(fate.destroyed, 0);
  probe->drop_handle();
  EXPECT_EQ(fate.destroyed, 1);
}

TEST(StateLifetime, the_four_may_come_at_the_same_moment) {
  const UnhandledRecorder unhandled;
  constexpr int rounds = sanitized ? 300 : 2000;
  Fate fate;
  CountingOwner owner;
  std::barrier meet(4);
  const std::vector<Event> events{limit_finishes, last_handle_goes, leaves_queue, callable_returns};
  std::vector<State*> states;
  for (int round = 0; round < rounds; ++round) states.push_back(started(fate, owner, true, true));
  std::vector<std::thread> threads;
  for (const Event& event : events) {
    threads.emplace_back([&states, &meet, &event] {
      for (State* const own : states) {
        meet.arrive_and_wait();
        event.happen(*own);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fate.destroyed, rounds);
  EXPECT_EQ(unhandled.count(), static_cast<std::size_t>(rounds));
}

// Ends a state with a failure, and lets `look` at it first.
std::vector<UnhandledRecorder::Report> reports_after(const std::function<void(State&)>& look) {
  const UnhandledRecorder unhandled;
  Fate fate;
  auto* const probe = new Probe(fate, "the failing task");
  probe->body = [] { throw std::out_of_range("far"); };
  run_and_finish(*probe);
  look(*probe);
  EXPECT_EQ(unhandled.count(), 0u) << "it may still be looked at";
  probe->drop_handle();
  EXPECT_EQ(fate.destroyed, 1);
  return unhandled.reports();
}

TEST(StateLifetime, a_failure_that_nobody_looked_at_is_reported_once_with_the_name) {
  const auto reports = reports_after([](State& state) {
    EXPECT_TRUE(state.done());
    EXPECT_TRUE(state.failed()) << "asking whether it failed is not looking at the failure";
  });
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(text_of(reports[0].error), "far");
  EXPECT_TRUE(holds(reports[0].where, "the failing task"));
}

TEST(StateLifetime, a_failure_that_was_asked_for_is_not_reported) {
  const auto reports = reports_after([](State& state) {
    EXPECT_NE(state.wait_for_exception(detail::Deadline::never()), nullptr);
  });
  EXPECT_TRUE(reports.empty());
}

TEST(StateLifetime, a_failure_that_was_thrown_is_not_reported) {
  const auto reports = reports_after([](State& state) {
    thrown<std::out_of_range>([&] { state.wait_for_value(detail::Deadline::never()); });
  });
  EXPECT_TRUE(reports.empty());
}

TEST(StateLifetime, success_and_cancelling_are_not_reported) {
  const UnhandledRecorder unhandled;
  Fate fate;
  {
    const Handle succeeded(new Probe(fate));
    run_and_finish(*succeeded);
    const Handle cancelled(new Probe(fate));
    cancelled->cancel();
  }
  EXPECT_EQ(fate.destroyed, 2);
  EXPECT_EQ(unhandled.count(), 0u);
}

}  // namespace
}  // namespace fanout::test
