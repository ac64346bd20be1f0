// SPDX-License-Identifier: MIT
// The transitions of a state: what each operation does in each status, and what becomes of the
// callable.
#include <array>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "probe.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using detail::State;
using detail::Status;

constexpr std::array all_statuses{Status::pending, Status::running, Status::cancelled,
                                  Status::finished};

struct Silent final : detail::Listener {
  Silent() : Listener([](Listener*) noexcept {}, Kind::waiter) {}
};

// A state in the given status, in a queue or not.
Handle state_in(Status status, bool queued, Fate& fate, CountingOwner& owner) {
  auto* const probe = new Probe(fate);
  probe->stop = std::make_unique<std::stop_source>();
  if (queued) probe->enqueue_for(owner);
  if (status == Status::running || status == Status::finished) {
    EXPECT_TRUE(probe->start());
  }
  if (status == Status::finished) {
    probe->run();
    probe->finish();
  }
  if (status == Status::cancelled) {
    EXPECT_TRUE(probe->cancel());
  }
  EXPECT_EQ(probe->status(), status);
  return Handle(probe);
}

struct Row {
  const char* operation;
  bool (*apply)(State&);
  std::array<bool, 4> answers;  // by status before: pending, running, cancelled, finished
  std::array<Status, 4> afterwards;
};

using enum Status;
const Row table[] = {
    {"start",
     [](State& s) { return s.start(); },
     {true, false, false, false},
     {running, running, cancelled, finished}},
    {"cancel",
     [](State& s) { return s.cancel(); },
     {true, false, true, false},
     {cancelled, running, cancelled, finished}},
    {"done",
     [](State& s) { return s.done(); },
     {false, false, true, true},
     {pending, running, cancelled, finished}},
    {"failed",
     [](State& s) { return s.failed(); },
     {false, false, false, false},
     {pending, running, cancelled, finished}},
    {"request_stop",
     [](State& s) { return s.request_stop(); },
     {true, true, false, false},
     {pending, running, cancelled, finished}},
    {"add_listener and remove_listener",
     [](State& s) {
       Silent listener;
       const bool added = s.add_listener(listener);
       return s.remove_listener(listener) && added;
     },
     {true, true, false, false},
     {pending, running, cancelled, finished}},
    {"remove_listener of one never added",
     [](State& s) {
       Silent stranger;
       return s.remove_listener(stranger);
     },
     {false, false, false, false},
     {pending, running, cancelled, finished}},
    {"block_until a moment that has passed",
     [](State& s) { return s.block_until(detail::Deadline::after_seconds(0)); },
     {false, false, true, true},
     {pending, running, cancelled, finished}},
};

TEST(State, each_operation_in_each_status_does_what_the_table_says) {
  Fate fate;
  CountingOwner owner;
  for (const Row& row : table) {
    for (const Status before : all_statuses) {
      for (const bool queued : {false, true}) {
        const auto index = static_cast<std::size_t>(before);
        SCOPED_TRACE(std::string(row.operation) + " in status " + std::to_string(index) +
                     (queued ? ", queued" : ""));
        const Handle state = state_in(before, queued, fate, owner);
        EXPECT_EQ(row.apply(*state), row.answers[index]);
        EXPECT_EQ(state->status(), row.afterwards[index]);
        if (state->status() == pending) state->cancel();
        if (state->status() == running) state->finish();
        if (queued) state->leave_queue();
      }
    }
  }
  EXPECT_EQ(fate.destroyed, static_cast<int>(std::size(table)) * 8);
}

TEST(State, what_is_taken_out_of_a_queue_starts_only_while_it_is_pending) {
  Fate fate;
  CountingOwner owner;
  for (const Status before : all_statuses) {
    const Handle state = state_in(before, true, fate, owner);
    EXPECT_EQ(state->start_dequeued(), before == pending);
    if (before == pending) {
      EXPECT_EQ(state->status(), running);
      state->finish();  // and it has left the queue: otherwise it would leak here
    } else {
      if (before == running) state->finish();
      state->leave_queue();
    }
  }
  EXPECT_EQ(fate.destroyed, 4);
}

TEST(State, what_never_entered_the_queue_is_taken_back) {
  Fate fate;
  CountingOwner owner;
  Handle state(new Probe(fate));
  state->enqueue_for(owner);
  state->take_back();
  state->cancel();
  state.drop();
  EXPECT_EQ(fate.destroyed, 1);
  EXPECT_EQ(owner.cancelled, 0) << "the executor never had it";
}

TEST(State, tells_its_executor_once_that_it_was_cancelled) {
  Fate fate;
  CountingOwner owner;
  const Handle state = state_in(pending, true, fate, owner);
  EXPECT_EQ(state->owner(), &owner);
  EXPECT_TRUE(state->cancel());
  EXPECT_TRUE(state->cancel());
  EXPECT_EQ(owner.cancelled, 1);
  state->leave_queue();
}

TEST(State, destroys_the_callable_when_it_is_cancelled_and_not_again) {
  Fate fate;
  Handle state(new Probe(fate));
  state->cancel();
  EXPECT_EQ(fate.discarded, 1);
  state->cancel();
  state.drop();
  EXPECT_EQ(fate.discarded, 1);
  EXPECT_EQ(fate.invoked, 0);
}

TEST(State, destroys_the_callable_before_it_is_finished) {
  Fate fate;
  const Handle state(new Probe(fate));
  ASSERT_TRUE(state->start());
  EXPECT_EQ(fate.discarded, 0);
  state->run();
  EXPECT_EQ(fate.invoked, 1);
  EXPECT_EQ(fate.discarded, 1);
  EXPECT_FALSE(state->done());
  state->finish();
  EXPECT_TRUE(state->done());
  EXPECT_EQ(fate.discarded, 1);
}

TEST(State, keeps_what_the_callable_throws) {
  Fate fate;
  auto* const probe = new Probe(fate);
  const Handle state(probe);
  probe->body = [] { throw std::out_of_range("far"); };
  ASSERT_TRUE(state->start());
  state->run();
  EXPECT_TRUE(state->has_error());
  state->finish();
  EXPECT_TRUE(state->failed());
  EXPECT_EQ(text_of(state->wait_for_exception(detail::Deadline::never())), "far");
}

TEST(State, can_fail_without_ever_running) {
  Fate fate;
  const Handle state(new Probe(fate));
  ASSERT_TRUE(state->start());
  state->fail(std::make_exception_ptr(std::runtime_error("no worker")));
  EXPECT_FALSE(state->done());
  state->finish();
  EXPECT_EQ(fate.invoked, 0);
  EXPECT_EQ(fate.discarded, 1);
  EXPECT_EQ(text_of(state->wait_for_exception(detail::Deadline::never())), "no worker");
}

TEST(State, without_a_stop_source_refuses_to_be_asked_to_stop) {
  Fate fate;
  const Handle state(new Probe(fate));
  EXPECT_FALSE(state->request_stop());
  state->cancel();
}

TEST(State, is_asked_to_stop_only_once) {
  Fate fate;
  CountingOwner owner;
  const Handle state = state_in(running, false, fate, owner);
  EXPECT_TRUE(state->request_stop());
  EXPECT_FALSE(state->request_stop());
  EXPECT_TRUE(static_cast<Probe&>(*state).stop->stop_requested());
  state->finish();
}

TEST(State, the_limit_or_the_task_settles_the_outcome_never_both) {
  Fate fate;
  const auto late = std::make_exception_ptr(TaskTimeoutError("late"));
  {  // the limit first
    auto* const probe = new Probe(fate, "slow", 1.0);
    probe->stop = std::make_unique<std::stop_source>();
    const Handle state(probe);
    probe->body = [] { throw std::runtime_error("too late to matter"); };
    ASSERT_TRUE(state->start());
    ASSERT_TRUE(state->settle_overrun());
    EXPECT_FALSE(state->settle_overrun());
    EXPECT_TRUE(state->is_overrun());
    state->run();
    state->finish_overrun(late);
    EXPECT_TRUE(probe->stop->stop_requested());
    EXPECT_TRUE(state->is_overrun());
    state->leave_overrun();
    EXPECT_EQ(text_of(state->wait_for_exception(detail::Deadline::never())), "late");
  }
  {  // the task first
    auto* const probe = new Probe(fate, "quick", 1.0);
    const Handle state(probe);
    probe->body = [] { throw std::runtime_error("in time"); };
    ASSERT_TRUE(state->start());
    state->run();
    EXPECT_FALSE(state->settle_overrun());
    EXPECT_FALSE(state->is_overrun());
    state->finish();
    EXPECT_EQ(text_of(state->wait_for_exception(detail::Deadline::never())), "in time");
  }
  EXPECT_EQ(fate.destroyed, 2);
}

TEST(State, is_never_both_started_and_cancelled) {
  constexpr int rounds = 2000;
  Fate fate;
  CountingOwner owner;
  std::vector<State*> states;
  for (int i = 0; i < rounds; ++i) {
    states.push_back(new Probe(fate));
    states.back()->enqueue_for(owner);
    states.back()->add_handle();  // one for each of the two threads
  }
  int ran = 0;
  int cancelled = 0;
  std::thread worker([&] {
    for (State* const state : states) {
      const Handle own(state);
      if (state->start_dequeued()) {
        state->run();
        state->finish();
        ++ran;
      } else {
        state->leave_queue();
      }
    }
  });
  for (State* const state : states) {
    const Handle own(state);
    if (state->cancel()) ++cancelled;
  }
  worker.join();
  EXPECT_EQ(ran + cancelled, rounds);
  EXPECT_EQ(fate.invoked, ran);
  EXPECT_EQ(owner.cancelled, cancelled);
  EXPECT_EQ(fate.discarded, rounds);
  EXPECT_EQ(fate.destroyed, rounds);
}

TEST(State, that_is_unnamed_is_called_by_its_type) {
  struct Nameless final : State {
    void invoke() override {}
    void discard() noexcept override {}
  } nameless;
  EXPECT_TRUE(holds(nameless.name(), "an unnamed task ("));
  EXPECT_TRUE(holds(nameless.name(), "Nameless"));
}

}  // namespace
}  // namespace fanout::test
