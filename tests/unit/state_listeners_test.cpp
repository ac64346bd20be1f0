// SPDX-License-Identifier: MIT
// The listeners of a state: who is told, in which order, and who can still be removed.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "probe.hpp"
#include "support/sanitizers.hpp"

namespace fanout::test {
namespace {

using detail::Listener;
using detail::State;

// Writes its letter when it is told.
struct Scribe final : Listener {
  Scribe(std::string& text, char letter, Kind kind = Kind::callback)
      : Listener(&write, kind), text(text), letter(letter) {}

  static void write(Listener* listener) noexcept {
    auto& self = static_cast<Scribe&>(*listener);
    self.text += self.letter;
  }

  std::string& text;
  char letter;
};

// A state with the listeners a, b, c, d, which are callbacks if `kinds` has a c there.
struct Listened {
  explicit Listened(const char* kinds = "cccc") : state(new Probe(fate)) {
    for (std::size_t i = 0; i < 4; ++i) {
      const auto kind = kinds[i] == 'c' ? Listener::Kind::callback : Listener::Kind::waiter;
      listeners[i] = std::make_unique<Scribe>(text, static_cast<char>('a' + i), kind);
      EXPECT_TRUE(state->add_listener(*listeners[i]));
    }
  }

  std::string after_finish() {
    run_and_finish(*state);
    return text;
  }

  std::string text;
  Fate fate;
  std::array<std::unique_ptr<Scribe>, 4> listeners;
  Handle state;
};

TEST(StateListeners, are_told_in_order_of_registration_at_the_end) {
  EXPECT_EQ(Listened("cccc").after_finish(), "abcd");
  EXPECT_EQ(Listened("wwww").after_finish(), "abcd");
}

TEST(StateListeners, are_told_when_it_is_cancelled) {
  Listened listened("cccc");
  listened.state->cancel();
  EXPECT_EQ(listened.text, "abcd");
}

TEST(StateListeners, that_wait_come_before_all_callbacks) {
  EXPECT_EQ(Listened("cwcw").after_finish(), "bdac");
  EXPECT_EQ(Listened("wccw").after_finish(), "adbc");
  Listened cancelled("ccww");
  cancelled.state->cancel();
  EXPECT_EQ(cancelled.text, "cdab");
}

TEST(StateListeners, that_were_removed_are_not_told_wherever_they_stood) {
  // The head of the list is the newest.
  for (const auto& [removed, text] :
       {std::pair{0u, "bcd"}, {1u, "acd"}, {2u, "abd"}, {3u, "abc"}}) {
    Listened listened;
    EXPECT_TRUE(listened.state->remove_listener(*listened.listeners[removed]));
    EXPECT_FALSE(listened.state->remove_listener(*listened.listeners[removed])) << "gone already";
    EXPECT_EQ(listened.after_finish(), text);
  }
}

TEST(StateListeners, may_be_removed_in_any_order) {
  std::array order{0u, 1u, 2u, 3u};
  do {
    Listened listened;
    for (const unsigned i : order) {
      EXPECT_TRUE(listened.state->remove_listener(*listened.listeners[i]));
    }
    EXPECT_EQ(listened.after_finish(), "");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(StateListeners, cannot_be_removed_once_they_were_told) {
  Listened finished;
  run_and_finish(*finished.state);
  EXPECT_FALSE(finished.state->remove_listener(*finished.listeners[2]));
  Listened cancelled;
  cancelled.state->cancel();
  EXPECT_FALSE(cancelled.state->remove_listener(*cancelled.listeners[2]));
  EXPECT_EQ(cancelled.text, "abcd");
}

TEST(StateListeners, may_come_back_after_they_were_removed) {
  Listened listened;
  EXPECT_TRUE(listened.state->remove_listener(*listened.listeners[0]));
  EXPECT_TRUE(listened.state->add_listener(*listened.listeners[0]));
  EXPECT_EQ(listened.after_finish(), "bcda");
}

TEST(StateListeners, survive_a_start) {
  Listened listened;
  ASSERT_TRUE(listened.state->start());
  EXPECT_TRUE(listened.state->remove_listener(*listened.listeners[1]));
  listened.state->finish();
  EXPECT_EQ(listened.text, "acd");
}

TEST(StateListeners, of_a_done_state_are_not_added) {
  Fate fate;
  std::string text;
  Scribe late(text, 'x');
  const Handle state(new Probe(fate));
  run_and_finish(*state);
  EXPECT_FALSE(state->add_listener(late));
  EXPECT_EQ(text, "");
}

TEST(StateListeners, see_a_state_that_is_done) {
  struct Asker final : Listener {
    explicit Asker(State& state) : Listener(&ask, Kind::waiter), state(state) {}
    static void ask(Listener* listener) noexcept {
      auto& self = static_cast<Asker&>(*listener);
      self.was_done = self.state.done();
    }
    State& state;
    bool was_done = false;
  };
  Fate fate;
  const Handle state(new Probe(fate));
  Asker asker(*state);
  state->add_listener(asker);
  run_and_finish(*state);
  EXPECT_TRUE(asker.was_done);
}

TEST(StateListeners, may_drop_the_last_handle) {
  struct Dropper final : Listener {
    explicit Dropper(State* state) : Listener(&drop, Kind::callback), state(state) {}
    static void drop(Listener* listener) noexcept {
      static_cast<Dropper*>(listener)->state->drop_handle();
    }
    State* state;
  };
  for (const bool cancel : {false, true}) {
    Fate fate;
    auto* const state = new Probe(fate);
    Dropper dropper(state);
    state->add_listener(dropper);
    if (cancel) {
      state->cancel();
    } else {
      run_and_finish(*state);
    }
    EXPECT_EQ(fate.destroyed, 1);
  }
}

// Counts how often it was told.
struct Counter final : Listener {
  Counter() : Listener(&count, Kind::waiter) {}
  static void count(Listener* listener) noexcept { ++static_cast<Counter*>(listener)->told; }
  std::atomic<int> told{0};
};

TEST(StateListeners, are_either_told_or_removed_when_threads_race) {
  constexpr int rounds = sanitized ? 200 : 1500;
  constexpr std::size_t each = 8;
  for (int round = 0; round < rounds; ++round) {
    Fate fate;
    const Handle state(new Probe(fate));
    std::array<std::array<Counter, each>, 2> counters;
    std::atomic<int> ready{0};
    std::atomic<int> wrong{0};
    const auto come_and_go = [&](std::array<Counter, each>& own) {
      std::array<bool, each> added{};
      ++ready;
      while (ready != 3) std::this_thread::yield();
      for (std::size_t i = 0; i < each; ++i) added[i] = state->add_listener(own[i]);
      for (std::size_t i = 0; i < each; i += 2) {  // every other one, from all over the list
        const bool removed = state->remove_listener(own[i]);
        if (removed && !added[i]) ++wrong;
        if (removed) added[i] = false;
      }
      state->block_until(detail::Deadline::never());
      // Whoever waits was told after them: the finishing thread has told everybody by the join
      // below.
      for (std::size_t i = 0; i < each; ++i) own[i].told += added[i] ? 10 : 20;
    };
    std::thread first([&] { come_and_go(counters[0]); });
    std::thread second([&] { come_and_go(counters[1]); });
    ++ready;
    while (ready != 3) std::this_thread::yield();
    if (round % 2 == 0) {
      run_and_finish(*state);
    } else {
      state->cancel();
    }
    first.join();
    second.join();
    EXPECT_EQ(wrong, 0);
    for (auto& own : counters) {
      for (const Counter& counter : own) {
        const int told = counter.told;
        EXPECT_TRUE(told == 11 || told == 20) << told << ": added and told, or neither";
      }
    }
  }
}

}  // namespace
}  // namespace fanout::test
