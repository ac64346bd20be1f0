// SPDX-License-Identifier: MIT
// Waiting for many states until a condition holds.
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>
#include <fanout/wait.hpp>

#include "core/context.hpp"
#include "probe.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::Deadline;
using detail::State;
using detail::WaitFor;

constexpr WaitFor all_conditions[] = {WaitFor::first, WaitFor::first_failure, WaitFor::all};

// Three states, which end by a letter each: s succeeds, f fails, c is cancelled, - stays pending.
class Three {
 public:
  explicit Three(const std::string& ends = "---") {
    for (std::size_t i = 0; i < 3; ++i) {
      handles_.emplace_back(new Probe(fate_));
      states.push_back(handles_.back().get());
    }
    for (std::size_t i = 0; i < 3; ++i) end(i, ends[i]);
  }
  ~Three() {
    for (State* const state : states) {
      (void)state->cancel();
      if (state->failed()) (void)state->wait_for_exception(Deadline::never());
    }
  }

  void end(std::size_t i, char how) {
    if (how == 'f') static_cast<Probe&>(*states[i]).body = [] { throw std::out_of_range("far"); };
    if (how == 'c') states[i]->cancel();
    if (how == 's' || how == 'f') run_and_finish(*states[i]);
  }

  std::vector<State*> states;

 private:
  Fate fate_;
  std::vector<Handle> handles_;
};

TEST(Wait, returns_at_once_when_the_condition_holds) {
  // A wait that would block is one for ever: the watchdog would end this test.
  const auto wait = [](const char* ends, WaitFor condition) {
    wait_for(Three(ends).states, Deadline::never(), condition);
  };
  for (const char* ends : {"s--", "-f-", "--c", "sss"}) wait(ends, WaitFor::first);
  for (const char* ends : {"f--", "-f-", "--f", "sss", "ccc", "scs"}) {
    wait(ends, WaitFor::first_failure);
  }
  for (const char* ends : {"sss", "fff", "ccc", "sfc"}) wait(ends, WaitFor::all);
}

TEST(Wait, for_nothing_returns_at_once) {
  for (const WaitFor condition : all_conditions) wait_for({}, Deadline::never(), condition);
}

TEST(Wait, ends_at_the_deadline_when_the_condition_does_not_hold) {
  const auto check = [](const char* ends, WaitFor condition) {
    const Three three(ends);
    const auto start = std::chrono::steady_clock::now();
    wait_for(three.states, Deadline::after(2ms), condition);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms) << ends;
    for (State* const state : three.states) EXPECT_TRUE(state->has_one_handle());
  };
  check("---", WaitFor::first);
  check("s-c", WaitFor::first_failure);
  check("sf-", WaitFor::all);
}

// Lets a thread wait, ends the states one by one, and says after how many the thread returned.
std::size_t needed(WaitFor condition, const std::string& ends) {
  Three three;
  Caller waiter([&] { wait_for(three.states, Deadline::never(), condition); });
  std::size_t ended = 0;
  while (ended < 3) {
    EXPECT_TRUE(waiter.until_blocked());
    three.end(ended, ends[ended]);
    ++ended;
    // The thread either returns or sleeps again: nothing else can be.
    const bool enough = condition == WaitFor::first ||
                        (condition == WaitFor::first_failure && ends[ended - 1] == 'f');
    if (enough) break;
  }
  waiter.join();
  return ended;
}

TEST(Wait, for_the_first_returns_when_one_is_done) {
  EXPECT_EQ(needed(WaitFor::first, "sss"), 1u);
  EXPECT_EQ(needed(WaitFor::first, "fss"), 1u);
  EXPECT_EQ(needed(WaitFor::first, "css"), 1u);
}

TEST(Wait, for_the_first_failure_returns_at_it_or_at_the_end) {
  EXPECT_EQ(needed(WaitFor::first_failure, "sfs"), 2u);
  EXPECT_EQ(needed(WaitFor::first_failure, "cfs"), 2u);
  EXPECT_EQ(needed(WaitFor::first_failure, "scs"), 3u);
}

TEST(Wait, for_all_returns_when_the_last_is_done) { EXPECT_EQ(needed(WaitFor::all, "fcs"), 3u); }

TEST(Wait, for_all_waits_whichever_comes_last) {
  for (const std::size_t last : {0u, 1u, 2u}) {
    Three three;
    Caller waiter([&] { wait_for(three.states, Deadline::never(), WaitFor::all); });
    for (const std::size_t i : {2u, 1u, 0u}) {
      if (i != last) three.end(i, 's');
    }
    EXPECT_TRUE(waiter.until_blocked());
    EXPECT_FALSE(waiter.returned());
    three.end(last, 's');
  }
}

struct RunningHelper final : detail::Helper {
  const detail::Owner* owner() const noexcept override { return nullptr; }
  bool run_awaited(State& state) override {
    ++asked;
    run_and_finish(state);
    return true;
  }
  int asked = 0;
};

TEST(Wait, in_a_task_runs_awaited_tasks_unless_there_is_a_deadline) {
  Fate fate;
  const Handle task(new Probe(fate));
  task->start();
  const detail::RunningScope scope(*task);
  for (const auto& [condition, runs] : {std::pair{WaitFor::all, 3}, {WaitFor::first, 1}}) {
    const Three three;
    RunningHelper helper;
    detail::context.helper = &helper;
    wait_for(three.states, Deadline::after(1ms), condition);
    EXPECT_EQ(helper.asked, 0);
    wait_for(three.states, Deadline::never(), condition);
    EXPECT_EQ(helper.asked, runs);
    detail::context.helper = nullptr;
  }
  task->finish();
}

TEST(Wait, in_a_task_for_itself_and_others_is_refused) {
  const Three three;
  three.states[1]->start();
  {
    const detail::RunningScope scope(*three.states[1]);
    thrown<DeadlockError>([&] { wait_for(three.states, Deadline::never(), WaitFor::all); });
  }
  three.states[1]->finish();
}

TEST(Wait, a_condition_that_is_none_is_refused) {
  thrown<std::invalid_argument>([] { (void)detail::condition_of(static_cast<ReturnWhen>(17)); });
  EXPECT_EQ(detail::condition_of(ReturnWhen::first_completed), WaitFor::first);
  EXPECT_EQ(detail::condition_of(ReturnWhen::first_exception), WaitFor::first_failure);
  EXPECT_EQ(detail::condition_of(ReturnWhen::all_completed), WaitFor::all);
}

TEST(Wait, repeated_states_count_once_where_they_came_first) {
  const Three three;
  State* const a = three.states[0];
  State* const b = three.states[1];
  State* const c = three.states[2];
  EXPECT_EQ(detail::without_duplicates({b, a, b, c, a, a}), (std::vector{b, a, c}));
  EXPECT_TRUE(detail::without_duplicates({}).empty());
}

}  // namespace
}  // namespace fanout::test
