// SPDX-License-Identifier: MIT
// The queue behind as_completed, with one thread: order, duplicates, deadlines, help, reuse of
// addresses.
#include "core/completion_queue.hpp"

#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <fanout/detail/completions.hpp>
#include <fanout/errors.hpp>

#include "core/context.hpp"
#include "probe.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::CompletionQueue;
using detail::Completions;
using detail::Deadline;
using detail::State;

// States 0, 1, 2, ... of which the test keeps a handle.
struct Several {
  explicit Several(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      handles.emplace_back(new Probe(fate, std::to_string(i)));
    }
  }

  ~Several() {
    for (const Handle& handle : handles) handle->cancel();  // no worker ever comes for the rest
  }

  // With a handle each, to be given away.
  std::vector<State*> taken(const std::vector<std::size_t>& which) {
    std::vector<State*> states;
    for (const std::size_t i : which) {
      handles[i]->add_handle();
      states.push_back(handles[i].get());
    }
    return states;
  }

  void finish(const std::vector<std::size_t>& which) {
    for (const std::size_t i : which) run_and_finish(*handles[i]);
  }

  Fate fate;
  std::vector<Handle> handles;
};

// The name of the next one.
std::string next_of(Completions& queue) {
  State* const state = queue.next();
  if (state == nullptr) return "end";
  const Handle handle(state);
  EXPECT_TRUE(state->done());
  return state->name();
}

std::string all_of(Completions& queue) {
  std::string names;
  for (std::string name = next_of(queue); name != "end"; name = next_of(queue)) names += name;
  return names;
}

TEST(CompletionQueue, yields_in_order_of_completion) {
  Several states(4);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1, 2, 3}), false);
  states.finish({2, 0, 3, 1});
  EXPECT_EQ(all_of(queue), "2031");
}

TEST(CompletionQueue, yields_what_was_done_before_first_in_the_order_given) {
  Several states(4);
  states.finish({3, 1});
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1, 2, 3}), false);
  states.finish({2, 0});
  EXPECT_EQ(all_of(queue), "1320");
}

TEST(CompletionQueue, yields_cancelled_ones_like_others) {
  Several states(2);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1}), false);
  states.handles[1]->cancel();
  states.finish({0});
  EXPECT_EQ(all_of(queue), "10");
}

TEST(CompletionQueue, that_is_empty_is_at_its_end) {
  Completions queue(Deadline::never());
  EXPECT_EQ(queue.next(), nullptr);
  queue.add({}, false);
  EXPECT_EQ(queue.next(), nullptr);
  EXPECT_EQ(queue.total(), 0u);
}

TEST(CompletionQueue, counts_repeated_states_once_and_drops_their_handles) {
  Several states(3);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1, 0, 0}), false);
  queue.add(states.taken({1, 2}), false);
  EXPECT_EQ(queue.total(), 3u);
  states.finish({0, 1, 2});
  queue.add(states.taken({2}), false);
  EXPECT_EQ(queue.total(), 3u) << "done, but not handed out";
  EXPECT_EQ(all_of(queue), "012");
  for (const Handle& handle : states.handles) EXPECT_TRUE(handle->has_one_handle());
}

TEST(CompletionQueue, begun_with_distinct_states_notices_those_that_come_again) {
  Several states(4);
  states.finish({1});
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1, 2}), true);
  EXPECT_EQ(next_of(queue), "1");
  queue.add(states.taken({0, 1, 2, 3}), true);  // 1 was handed out, and is taken anew
  EXPECT_EQ(queue.total(), 5u);
  states.finish({0, 2, 3});
  EXPECT_EQ(all_of(queue), "1023");
}

TEST(CompletionQueue, takes_more_while_it_is_read) {
  Several states(5);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1}), false);
  states.finish({1});
  EXPECT_EQ(next_of(queue), "1");
  queue.add(states.taken({2, 3}), false);
  states.finish({3, 0});
  EXPECT_EQ(next_of(queue), "3");
  queue.add(states.taken({4}), false);
  states.finish({4, 2});
  EXPECT_EQ(all_of(queue), "042");
  queue.add(states.taken({1}), false);
  EXPECT_EQ(next_of(queue), "1") << "it was handed out long ago: this is a new question";
  EXPECT_EQ(queue.total(), 6u);
}

TEST(CompletionQueue, waits_for_what_is_not_done) {
  Several states(2);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1}), false);
  std::string names;
  Caller reader([&] { names = all_of(queue); });
  ASSERT_TRUE(reader.until_blocked());
  states.finish({1});
  ASSERT_TRUE(reader.until_blocked());
  states.finish({0});
  reader.join();
  EXPECT_EQ(names, "10");
}

TEST(CompletionQueue, says_how_many_of_how_many_are_unfinished_at_the_deadline) {
  Several states(3);
  states.finish({1});
  Completions queue(Deadline::after(10ms));
  queue.add(states.taken({0, 1, 2}), false);
  EXPECT_EQ(next_of(queue), "1");
  EXPECT_EQ(thrown<TimeoutError>([&] { queue.next(); }), "2 (of 3) futures unfinished");
  states.finish({2});
  EXPECT_EQ(next_of(queue), "2") << "what is done comes out even then";
  EXPECT_EQ(thrown<TimeoutError>([&] { queue.next(); }), "1 (of 3) futures unfinished");
  states.finish({0});
  EXPECT_EQ(all_of(queue), "0");
}

TEST(CompletionQueue, forgets_what_is_not_done_when_it_goes) {
  Several states(3);
  {
    Completions queue(Deadline::never());
    queue.add(states.taken({0, 1, 2}), false);
    states.finish({0});
    Completions moved(std::move(queue));
    queue = std::move(moved);
    EXPECT_EQ(next_of(queue), "0");
    states.finish({1});
  }
  for (const Handle& handle : states.handles) EXPECT_TRUE(handle->has_one_handle());
  states.finish({2});
}

TEST(CompletionQueue, cancels_only_what_has_not_arrived) {
  Several states(3);
  CompletionQueue queue(Deadline::never());
  queue.add(states.taken({0, 1, 2}), false);
  states.finish({1});
  queue.cancel_rest();
  EXPECT_EQ(states.handles[0]->status(), detail::Status::cancelled);
  EXPECT_EQ(states.handles[1]->status(), detail::Status::finished);
  EXPECT_EQ(states.handles[2]->status(), detail::Status::cancelled);
}

// Runs what it is asked for, unless told to leave it.
struct SelectiveHelper final : detail::Helper {
  SelectiveHelper() { detail::context.helper = this; }
  ~SelectiveHelper() { detail::context.helper = nullptr; }
  const detail::Owner* owner() const noexcept override { return nullptr; }
  bool run_awaited(State& state) override {
    asked += state.name();
    if (state.name() == foreign) return false;
    run_and_finish(state);
    return true;
  }
  std::string foreign;
  std::string asked;
};

TEST(CompletionQueue, in_a_task_runs_awaited_tasks_one_at_a_time) {
  Several states(3);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1, 2}), false);
  SelectiveHelper helper;
  helper.foreign = "0";
  EXPECT_EQ(next_of(queue), "1");
  EXPECT_EQ(helper.asked, "01");
  states.finish({0});
  EXPECT_EQ(all_of(queue), "02");
  EXPECT_EQ(helper.asked, "012");
}

TEST(CompletionQueue, in_a_task_runs_also_what_is_added_later) {
  Several states(4);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1}), false);
  SelectiveHelper helper;
  EXPECT_EQ(all_of(queue), "01");
  queue.add(states.taken({2}), false);  // in the place of one that was handed out
  EXPECT_EQ(next_of(queue), "2");
  queue.add(states.taken({3}), false);
  EXPECT_EQ(all_of(queue), "3");
}

TEST(CompletionQueue, with_a_deadline_runs_nothing) {
  Several states(1);
  Completions queue(Deadline::after(1ms));
  queue.add(states.taken({0}), false);
  SelectiveHelper helper;
  thrown<TimeoutError>([&] { queue.next(); });
  EXPECT_EQ(helper.asked, "");
}

TEST(CompletionQueue, refuses_to_wait_for_the_last_one_in_a_circle) {
  Several states(2);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1}), false);
  const detail::RunningScope scope(*states.handles[0]);  // this thread runs task 0
  states.finish({1});
  EXPECT_EQ(next_of(queue), "1");
  thrown<DeadlockError>([&] { queue.next(); });
}

TEST(CompletionQueue, may_wait_for_the_first_of_several_even_if_one_will_never_come) {
  Several states(2);
  Completions queue(Deadline::never());
  queue.add(states.taken({0, 1}), false);
  Caller reader([&] {
    const detail::RunningScope scope(*states.handles[0]);  // task 0 waits for itself or for 1
    EXPECT_EQ(next_of(queue), "1");
  });
  ASSERT_TRUE(reader.until_blocked());
  states.finish({1});
  reader.join();
  states.finish({0});
}

// Lives at one place, so that the next one has the same address.
class Placed final : public State {
 public:
  static void* operator new(std::size_t) { return place; }
  static void operator delete(void*) noexcept {}

 protected:
  void invoke() override {}
  void discard() noexcept override {}

 private:
  alignas(64) static std::byte place[512];
};
static_assert(sizeof(Placed) <= 512);
alignas(64) std::byte Placed::place[512];

TEST(CompletionQueue, takes_a_new_state_at_an_old_address_for_what_it_is) {
  Completions queue(Deadline::never());
  for (std::size_t i = 0; i < 100; ++i) {
    auto* const state = new Placed;
    if (i % 2 == 0) run_and_finish(*state);
    queue.add({state}, false);
    EXPECT_EQ(queue.total(), i + 1);
    if (i % 2 == 1) run_and_finish(*state);
    const Handle next(queue.next());
    ASSERT_EQ(next.get(), state);
  }
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(CompletionQueue, as_a_window_over_endless_input_takes_constant_memory) {
  constexpr int adds = sanitized ? 50'000 : 1'000'000;
  constexpr std::size_t window = 8;
  Fate fate;
  Completions queue(Deadline::never());
  std::size_t before = 0;
  for (int i = 0; i < adds; ++i) {
    auto* const state = new Probe(fate);
    const bool late = i % 2 == 0;
    if (!late) run_and_finish(*state);
    queue.add({state}, false);
    if (late) run_and_finish(*state);
    if (static_cast<std::size_t>(i) >= window) {
      const Handle next(queue.next());
      ASSERT_NE(next.get(), nullptr);
    }
    if (i == 10'000) before = resident_bytes();
  }
  EXPECT_EQ(queue.total(), static_cast<std::size_t>(adds));
  // 64 bytes a state would be 64 megabytes. The address sanitizer keeps what is freed.
  if (!sanitized) {
    EXPECT_LT(resident_bytes(), before + 4'000'000);
  }
}

}  // namespace
}  // namespace fanout::test
