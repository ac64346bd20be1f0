// SPDX-License-Identifier: MIT
// Listeners are told in order, and callbacks that complete further states do not exhaust the stack.
#include "core/notify.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <pthread.h>

#include <gtest/gtest.h>

#include "probe.hpp"
#include "support/sanitizers.hpp"

namespace fanout::test {
namespace {

using detail::Listener;
using detail::State;

// Calls a function when it is told, as a waiter or as a callback.
struct Reaction final : Listener {
  Reaction(Kind kind, std::function<void()> fn) : Listener(&react, kind), fn(std::move(fn)) {}
  static void react(Listener* listener) noexcept { static_cast<Reaction*>(listener)->fn(); }

  std::function<void()> fn;
};

// Listeners that write their letters.
class Script {
 public:
  // Upper case waits, lower case is a callback. The newest is the head of the list, as in a state.
  explicit Script(const std::string& letters) {
    for (const char letter : letters) {
      const auto kind = letter < 'a' ? Listener::Kind::waiter : Listener::Kind::callback;
      auto& added = reactions_.emplace_back(
          std::make_unique<Reaction>(kind, [this, letter] { text_ += letter; }));
      added->next = newest_;
      newest_ = added.get();
    }
  }

  std::string told() {
    detail::notify_listeners(newest_);
    return text_;
  }

 private:
  std::vector<std::unique_ptr<Reaction>> reactions_;
  Listener* newest_ = nullptr;
  std::string text_;
};

TEST(Notify, nobody_is_told_nothing) { detail::notify_listeners(nullptr); }

TEST(Notify, waiters_come_first_and_both_in_order_of_registration) {
  EXPECT_EQ(Script("a").told(), "a");
  EXPECT_EQ(Script("abc").told(), "abc");
  EXPECT_EQ(Script("ABC").told(), "ABC");
  EXPECT_EQ(Script("aAbBcC").told(), "ABCabc");
  EXPECT_EQ(Script("abAB").told(), "ABab");
}

TEST(Notify, a_listener_may_be_gone_when_it_was_told) {
  for (const auto kind : {Listener::Kind::waiter, Listener::Kind::callback}) {
    std::string text;
    Listener* newest = nullptr;
    for (const char letter : {'x', 'y', 'z'}) {
      auto* const reaction = new Reaction(kind, {});
      reaction->fn = [reaction, letter, &text] {
        text += letter;
        const std::unique_ptr<Reaction> self(reaction);
        reaction->next = nullptr;
      };
      reaction->next = newest;
      newest = reaction;
    }
    detail::notify_listeners(newest);
    EXPECT_EQ(text, "xyz");
  }
}

TEST(Notify, a_callback_that_completes_another_state_runs_that_ones_callbacks_inside_itself) {
  Fate fate;
  const Handle inner(new Probe(fate));
  const Handle outer(new Probe(fate));
  std::string text;
  Reaction in1(Listener::Kind::callback, [&] { text += "in1 "; });
  Reaction in2(Listener::Kind::callback, [&] { text += "in2 "; });
  Reaction out1(Listener::Kind::callback, [&] {
    text += "(";
    run_and_finish(*inner);
    text += ") ";
  });
  Reaction out2(Listener::Kind::callback, [&] { text += "out2"; });
  inner->add_listener(in1);
  inner->add_listener(in2);
  outer->add_listener(out1);
  outer->add_listener(out2);
  run_and_finish(*outer);
  EXPECT_EQ(text, "(in1 in2 ) out2");
}

TEST(Notify, a_callback_cannot_be_added_to_what_is_done) {
  Fate fate;
  const Handle state(new Probe(fate));
  Reaction late(Listener::Kind::callback, [] { FAIL(); });
  bool added = true;
  Reaction first(Listener::Kind::callback, [&] { added = state->add_listener(late); });
  state->add_listener(first);
  run_and_finish(*state);
  EXPECT_FALSE(added) << "so its owner runs it at once";
}

TEST(Notify, a_callback_may_listen_to_what_is_not_done) {
  Fate fate;
  const Handle first(new Probe(fate));
  const Handle second(new Probe(fate));
  std::string text;
  Reaction on_second(Listener::Kind::callback, [&] { text += "second"; });
  Reaction on_first(Listener::Kind::callback, [&] {
    text += "first ";
    EXPECT_TRUE(second->add_listener(on_second));
  });
  first->add_listener(on_first);
  run_and_finish(*first);
  EXPECT_EQ(text, "first ");
  run_and_finish(*second);
  EXPECT_EQ(text, "first second");
}

// Runs `fn` on a small stack; one frame of a callback for each of 100,000 states would not fit.
void on_small_stack(std::function<void()> fn) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 1 << 20), 0);
  pthread_t thread;
  const auto run = [](void* function) -> void* {
    (*static_cast<std::function<void()>*>(function))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &fn), 0);
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

// States of which each has a callback that ends the next.
class Chain {
 public:
  Chain(std::size_t length, bool cancel) {
    const auto end = [cancel](State& state) {
      cancel ? (void)state.cancel() : run_and_finish(state);
    };
    for (std::size_t i = 0; i < length; ++i) states_.emplace_back(new Probe(fate));
    for (std::size_t i = 0; i < length; ++i) {
      reactions_.push_back(std::make_unique<Reaction>(Listener::Kind::callback, [this, i, end] {
        order.push_back(i);
        if (i + 1 < states_.size()) end(*states_[i + 1]);
      }));
      states_[i]->add_listener(*reactions_[i]);
    }
    on_small_stack([&] { end(*states_[0]); });
  }

  Fate fate;
  std::vector<std::size_t> order;

 private:
  std::vector<Handle> states_;
  std::vector<std::unique_ptr<Reaction>> reactions_;
};

TEST(Notify, a_chain_of_a_hundred_thousand_callbacks_needs_little_stack) {
  const std::size_t length = thread_sanitizer ? 20'000 : 100'000;
  for (const bool cancel : {false, true}) {
    const Chain chain(length, cancel);
    ASSERT_EQ(chain.order.size(), length);
    for (std::size_t i = 0; i < length; ++i) ASSERT_EQ(chain.order[i], i);
  }
}

TEST(Notify, callbacks_that_are_put_off_keep_their_order_and_all_run) {
  // Each state completes the next in its first callback, deeper than callbacks may nest.
  constexpr std::size_t length = 100;
  Fate fate;
  std::vector<Handle> states;
  std::vector<std::unique_ptr<Reaction>> reactions;
  std::vector<int> told(length, 0);
  for (std::size_t i = 0; i < length; ++i) states.emplace_back(new Probe(fate));
  for (std::size_t i = 0; i < length; ++i) {
    for (const int expected : {0, 1, 2}) {
      reactions.push_back(
          std::make_unique<Reaction>(Listener::Kind::callback, [&states, &told, i, expected] {
            EXPECT_EQ(told[i], expected) << "of state " << i;
            ++told[i];
            if (expected == 0 && i + 1 < length) run_and_finish(*states[i + 1]);
          }));
      states[i]->add_listener(*reactions.back());
    }
  }
  run_and_finish(*states[0]);
  EXPECT_EQ(told, std::vector<int>(length, 3));
}

TEST(Notify, waiters_are_never_put_off) {
  constexpr std::size_t length = 100;
  Fate fate;
  std::vector<Handle> states;
  std::vector<std::unique_ptr<Reaction>> reactions;
  std::vector<char> woken(length, 0);
  for (std::size_t i = 0; i < length; ++i) states.emplace_back(new Probe(fate));
  for (std::size_t i = 0; i < length; ++i) {
    reactions.push_back(std::make_unique<Reaction>(Listener::Kind::callback, [&, i] {
      if (i + 1 == length) return;
      run_and_finish(*states[i + 1]);
      EXPECT_EQ(woken[i + 1], 1) << "state " << i + 1 << " is done";
    }));
    states[i]->add_listener(*reactions.back());
    reactions.push_back(
        std::make_unique<Reaction>(Listener::Kind::waiter, [&, i] { woken[i] = 1; }));
    states[i]->add_listener(*reactions.back());
  }
  run_and_finish(*states[0]);
  EXPECT_EQ(woken, std::vector<char>(length, 1));
}

}  // namespace
}  // namespace fanout::test
