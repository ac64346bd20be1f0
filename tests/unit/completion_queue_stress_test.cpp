// SPDX-License-Identifier: MIT
// The queue behind as_completed while several threads complete states: nothing is lost, doubled or
// touched late.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/detail/completions.hpp>
#include <fanout/errors.hpp>

#include "probe.hpp"
#include "support/sanitizers.hpp"

namespace fanout::test {
namespace {

using detail::Completions;
using detail::Deadline;
using detail::State;

constexpr std::size_t threads = 3;

// Threads that complete the states of their own list in order, as fast as the round goes on.
class Completers {
 public:
  Completers() {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_[i] = std::thread([this, i] { main(i); });
    }
  }
  ~Completers() {
    begin(std::array<std::vector<State*>, threads>{});
    ended_ = true;
    release();
    for (std::thread& thread : threads_) thread.join();
  }

  // The completers need no handles: a running state lives until it is finished.
  void begin(std::array<std::vector<State*>, threads> lists) {
    while (idle_ != threads) std::this_thread::yield();
    lists_ = std::move(lists);
  }
  void release() {
    idle_ = 0;
    ++round_;
  }
  void await() {
    while (idle_ != threads) std::this_thread::yield();
  }

 private:
  void main(std::size_t index) {
    int seen = 0;
    for (;;) {
      ++idle_;
      while (round_ == seen) std::this_thread::yield();
      seen = round_;
      if (ended_) return;
      for (State* const state : lists_[index]) {
        state->run();
        state->finish();
      }
    }
  }

  std::array<std::vector<State*>, threads> lists_;
  std::atomic<std::size_t> idle_{0};
  std::atomic<int> round_{0};
  std::atomic<bool> ended_{false};
  std::array<std::thread, threads> threads_;
};

// Started states, in one list for each completer.
std::array<std::vector<State*>, threads> started_states(Fate& fate, std::size_t each) {
  std::array<std::vector<State*>, threads> lists;
  for (auto& list : lists) {
    for (std::size_t i = 0; i < each; ++i) {
      list.push_back(new Probe(fate));
      EXPECT_TRUE(list.back()->start());
    }
  }
  return lists;
}

TEST(CompletionQueueStress, every_state_comes_once_and_each_threads_states_in_their_order) {
  constexpr int rounds = sanitized ? 30 : 300;
  constexpr std::size_t each = 40;
  Completers completers;
  for (int round = 0; round < rounds; ++round) {
    Fate fate;
    const auto lists = started_states(fate, each);
    std::map<State*, std::pair<std::size_t, std::size_t>> places;
    Completions queue(Deadline::never());
    for (std::size_t i = 0; i < threads; ++i) {
      for (std::size_t n = 0; n < each; ++n) places[lists[i][n]] = {i, n};
    }
    // All but the last list before the beginning, so that those cannot be done when they are added.
    for (std::size_t i = 0; i + 1 < threads; ++i) queue.add(lists[i], false);
    completers.begin(lists);
    completers.release();
    queue.add(lists.back(), false);
    std::array<std::size_t, threads> next{};
    std::size_t count = 0;
    while (State* const state = queue.next()) {
      const Handle handle(state);
      EXPECT_TRUE(state->done());
      const auto [list, place] = places.at(state);
      // The last list was added while it was being completed: those done before come at once.
      if (list + 1 < threads) {
        EXPECT_EQ(place, next[list]);
      }
      ++next[list];
      ++count;
    }
    EXPECT_EQ(count, threads * each);
    completers.await();
    EXPECT_EQ(fate.destroyed, static_cast<int>(threads * each));
  }
}

TEST(CompletionQueueStress, may_be_destroyed_while_completions_arrive) {
  const int rounds = sanitized ? 100 : 1000;
  constexpr std::size_t each = 16;
  std::minstd_rand random(1);
  Completers completers;
  for (int round = 0; round < rounds; ++round) {
    Fate fate;
    const auto lists = started_states(fate, each);
    completers.begin(lists);
    {
      Completions queue(Deadline::never());
      for (const auto& list : lists) queue.add(list, false);
      completers.release();
      for (auto reads = random() % (threads * each); reads > 0; --reads) {
        const Handle handle(queue.next());
        ASSERT_NE(handle.get(), nullptr);
      }
    }
    completers.await();
    EXPECT_EQ(fate.destroyed, static_cast<int>(threads * each));
  }
}

TEST(CompletionQueueStress, deadlines_that_pass_while_completions_arrive_lose_nothing) {
  const int rounds = sanitized ? 60 : 600;
  constexpr std::size_t each = 4;
  Completers completers;
  for (int round = 0; round < rounds; ++round) {
    Fate fate;
    const auto lists = started_states(fate, each);
    completers.begin(lists);
    std::size_t count = 0;
    {
      Completions queue(Deadline::after(std::chrono::microseconds(round % 100)));
      for (const auto& list : lists) queue.add(list, false);
      completers.release();
      while (count < threads * each) {
        try {
          const Handle handle(queue.next());
          ASSERT_NE(handle.get(), nullptr);
          ++count;
        } catch (const TimeoutError&) {
          std::this_thread::yield();
        }
      }
    }
    completers.await();
    EXPECT_EQ(fate.destroyed, static_cast<int>(threads * each));
  }
}

}  // namespace
}  // namespace fanout::test
