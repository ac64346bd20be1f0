// SPDX-License-Identifier: MIT
// Circles of tasks that wait for each other are found when the last wait of the circle is entered.
#include "core/wait_graph.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "core/context.hpp"
#include "probe.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using detail::State;
using detail::WaitEdge;

// What a thread would be that runs these tasks on its stack and waits in the topmost; without the
// thread.
class Waiter {
 public:
  explicit Waiter(const std::vector<State*>& stack) {
    for (State* const task : stack) {
      frames_.push_back(std::make_unique<detail::Frame>(
          detail::Frame{task, frames_.empty() ? nullptr : frames_.back().get()}));
    }
  }
  Waiter(Waiter&&) = default;
  ~Waiter() { stop(); }

  void wait_for(const std::vector<State*>& awaited) {
    in_context([&] { edge_ = std::make_unique<WaitEdge>(awaited); });
  }
  void stop() {
    in_context([this] { edge_.reset(); });
  }

 private:
  template <class Fn>
  void in_context(Fn fn) {
    struct Restore {
      ~Restore() { detail::context.frame = nullptr; }
    } restore;
    detail::context.frame = frames_.empty() ? nullptr : frames_.back().get();
    fn();
  }

  std::vector<std::unique_ptr<detail::Frame>> frames_;
  std::unique_ptr<WaitEdge> edge_;
};

// Running tasks that are called by a prefix and a number.
struct Tasks {
  explicit Tasks(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      handles.emplace_back(new Probe(fate, "task" + std::to_string(i)));
      handles.back()->start();
    }
  }
  ~Tasks() {
    for (const Handle& handle : handles) {
      if (!handle->done()) handle->finish();
    }
  }

  State* operator[](std::size_t i) const { return handles[i].get(); }

  Fate fate;
  std::vector<Handle> handles;
};

std::string refusal(Waiter& waiter, const std::vector<State*>& awaited) {
  return thrown<DeadlockError>([&] { waiter.wait_for(awaited); });
}

TEST(WaitGraph, a_task_that_waits_for_itself_is_a_circle) {
  const Tasks task(1);
  Waiter waiter({task[0]});
  EXPECT_TRUE(holds(refusal(waiter, {task[0]}), "task0 -> task0"));
}

TEST(WaitGraph, two_tasks_that_wait_for_each_other_are_a_circle) {
  const Tasks task(2);
  Waiter first({task[0]});
  Waiter second({task[1]});
  first.wait_for({task[1]});
  EXPECT_TRUE(holds(refusal(second, {task[0]}), "task1 -> task0 -> task1"));
}

TEST(WaitGraph, three_tasks_that_wait_for_each_other_are_a_circle) {
  const Tasks task(3);
  Waiter first({task[0]});
  Waiter second({task[1]});
  Waiter third({task[2]});
  second.wait_for({task[2]});
  first.wait_for({task[1]});
  EXPECT_TRUE(holds(refusal(third, {task[0]}), "task2 -> task0 -> task1 -> task2"));
}

TEST(WaitGraph, a_chain_is_no_circle) {
  const Tasks task(4);
  Waiter first({task[0]});
  Waiter second({task[1]});
  Waiter third({task[2]});
  first.wait_for({task[1]});
  second.wait_for({task[2]});
  third.wait_for({task[3]});
}

TEST(WaitGraph, two_ways_to_the_same_task_are_no_circle) {
  const Tasks task(4);
  Waiter top({task[0]});
  Waiter left({task[1]});
  Waiter right({task[2]});
  left.wait_for({task[3]});
  right.wait_for({task[3]});
  top.wait_for({task[1], task[2], task[3]});
}

TEST(WaitGraph, a_chain_of_a_thousand_closes_into_a_circle) {
  constexpr std::size_t length = 1000;
  const Tasks task(length);
  std::vector<Waiter> waiters;
  for (std::size_t i = 0; i < length; ++i) waiters.emplace_back(std::vector{task[i]});
  for (std::size_t i = 0; i + 1 < length; ++i) waiters[i].wait_for({task[i + 1]});
  const std::string text = refusal(waiters.back(), {task[0]});
  EXPECT_TRUE(holds(text, "task999 -> task0 -> task1 -> "));
  EXPECT_TRUE(holds(text, " -> task998 -> task999"));
  waiters[500].stop();
  waiters.back().wait_for({task[0]});  // it is open now
}

TEST(WaitGraph, a_task_below_on_the_stack_waits_as_well) {
  // One thread runs 0, which waits for 1, which it runs itself and which waits for 2; 2 waits for
  // 0.
  const Tasks task(3);
  Waiter stack({task[0], task[1]});
  Waiter other({task[2]});
  stack.wait_for({task[2]});
  EXPECT_TRUE(holds(refusal(other, {task[0]}), "task2 -> task0 -> task1 -> task2"));
}

TEST(WaitGraph, the_message_leads_up_the_stack_of_the_task_that_closes_the_circle) {
  const Tasks task(3);
  Waiter other({task[2]});
  Waiter stack({task[0], task[1]});
  other.wait_for({task[0]});
  EXPECT_TRUE(holds(refusal(stack, {task[2]}), "task1 -> task2 -> task0 -> task1"));
}

TEST(WaitGraph, each_of_several_awaited_tasks_is_looked_at) {
  const Tasks task(4);
  Waiter first({task[0]});
  Waiter second({task[3]});
  first.wait_for({task[1], task[2], task[3]});
  EXPECT_TRUE(holds(refusal(second, {task[1], task[2], task[0]}), "task3 -> task0 -> task3"));
}

TEST(WaitGraph, a_task_that_is_done_holds_nobody_up) {
  const Tasks task(2);
  Waiter first({task[0]});
  Waiter second({task[1]});
  first.wait_for({task[1]});
  task[0]->finish();
  second.wait_for({task[0]});
}

TEST(WaitGraph, a_wait_that_is_over_is_forgotten) {
  const Tasks task(2);
  Waiter first({task[0]});
  Waiter second({task[1]});
  first.wait_for({task[1]});
  first.stop();
  second.wait_for({task[0]});
}

TEST(WaitGraph, a_wait_that_was_refused_is_forgotten) {
  const Tasks task(3);
  Waiter first({task[0]});
  Waiter second({task[1]});
  first.wait_for({task[1]});
  (void)refusal(second, {task[2], task[0]});
  Waiter third({task[2]});
  third.wait_for({task[1]});  // 1 waits for nobody
  second.wait_for({});
}

TEST(WaitGraph, outside_of_tasks_any_wait_is_allowed) {
  const Tasks task(1);
  Waiter nobody({});
  nobody.wait_for({task[0]});
  Waiter waiter({task[0]});
  waiter.wait_for({});
}

}  // namespace
}  // namespace fanout::test
