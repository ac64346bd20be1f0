// SPDX-License-Identifier: MIT
// The gate on which one thread sleeps until another opens it.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include <pthread.h>
#include <signal.h>

#include <gtest/gtest.h>

#include <fanout/detail/seam.hpp>

#include "support/sanitizers.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::Deadline;
using Clock = std::chrono::steady_clock;
using Door = detail::Gate;  // this namespace has a Gate of its own

TEST(Gate, remembers_that_it_was_opened_before_the_wait) {
  Door gate;
  gate.open();
  gate.wait();
  EXPECT_TRUE(gate.wait_until(Deadline::after(0s))) << "it stays open";
}

TEST(Gate, wakes_the_thread_that_waits) {
  Door gate;
  int cargo = 0;
  Caller waiter([&] {
    gate.wait();
    EXPECT_EQ(cargo, 7);
  });
  ASSERT_TRUE(waiter.until_blocked());
  EXPECT_FALSE(waiter.returned());
  cargo = 7;
  gate.open();
  waiter.join();
}

TEST(Gate, an_open_gate_lets_pass_even_after_the_deadline) {
  Door gate;
  gate.open();
  EXPECT_TRUE(gate.wait_until(Deadline::after(-1s)));
}

TEST(Gate, a_wait_ends_at_its_deadline_not_before) {
  Door gate;
  EXPECT_FALSE(gate.wait_until(Deadline::after(0s)));
  EXPECT_FALSE(gate.wait_until(Deadline::after(-1h)));
  const auto start = Clock::now();
  EXPECT_FALSE(gate.wait_until(Deadline::after(30ms)));
  EXPECT_GE(Clock::now() - start, 30ms);
}

TEST(Gate, may_be_waited_for_again_after_a_deadline) {
  Door gate;
  EXPECT_FALSE(gate.wait_until(Deadline::after(1ms)));
  gate.open();
  EXPECT_TRUE(gate.wait_until(Deadline::after(0s)));

  Door slept_on;
  EXPECT_FALSE(slept_on.wait_until(Deadline::after(1ms)));
  Caller waiter([&] { slept_on.wait(); });
  ASSERT_TRUE(waiter.until_blocked());
  slept_on.open();
  waiter.join();
}

TEST(Gate, closed_again_it_holds_the_next_round) {
  Door gate;
  gate.open();
  gate.wait();
  gate.close();
  EXPECT_FALSE(gate.wait_until(Deadline::after(1ms)));
  gate.open();
  EXPECT_TRUE(gate.wait_until(Deadline::after(0s)));
}

TEST(Gate, leaves_errno_alone) {
  Door gate;
  errno = 77;
  EXPECT_FALSE(gate.wait_until(Deadline::after(1ms)));
  EXPECT_EQ(errno, 77);
  gate.open();
  gate.wait();
  EXPECT_EQ(errno, 77);
}

TEST(Gate, two_threads_play_ball_for_many_rounds) {
  constexpr int rounds = sanitized ? 1000 : 5000;
  Door there;
  Door back;
  int ball = 0;  // belongs to the thread whose turn it is
  std::thread partner([&] {
    for (int round = 0; round < rounds; ++round) {
      there.wait();
      there.close();
      ++ball;
      back.open();
    }
  });
  for (int round = 0; round < rounds; ++round) {
    ++ball;
    there.open();
    back.wait();
    back.close();
    ASSERT_EQ(ball, 2 * (round + 1));
  }
  partner.join();
}

TEST(Gate, may_be_destroyed_by_the_waiter_while_it_is_being_opened) {
  constexpr int rounds = sanitized ? 500 : 3000;
  std::atomic<Door*> offered{nullptr};
  std::thread opener([&] {
    for (int round = 0; round < rounds; ++round) {
      Door* gate = nullptr;
      while ((gate = offered.exchange(nullptr)) == nullptr) std::this_thread::yield();
      gate->open();
    }
  });
  for (int round = 0; round < rounds; ++round) {
    const auto gate = std::make_unique<Door>();
    offered = gate.get();
    if (round % 2 == 0) {
      gate->wait();
    } else if (!gate->wait_until(Deadline::after(1us))) {
      gate->wait();
    }
  }
  opener.join();
}

std::atomic<int> signals{0};

// While it lives, the thread that made it is hit by a signal about each millisecond, whose handler
// does not restart system calls.
class SignalRain {
 public:
  SignalRain() : target_(pthread_self()) {
    struct sigaction action = {};
    action.sa_handler = [](int) { ++signals; };
    sigaction(SIGUSR1, &action, &before_);
    signals = 0;
    thread_ = std::thread([this] {
      while (!ended_) {
        pthread_kill(target_, SIGUSR1);
        ++sent_;
        std::this_thread::sleep_for(1ms);  // the pace of the rain; it orders nothing
      }
    });
  }
  ~SignalRain() {
    ended_ = true;
    thread_.join();
    sigaction(SIGUSR1, &before_, nullptr);
  }
  SignalRain(const SignalRain&) = delete;
  SignalRain& operator=(const SignalRain&) = delete;

  int sent() const { return sent_; }

 private:
  const pthread_t target_;
  struct sigaction before_ = {};
  std::atomic<bool> ended_{false};
  std::atomic<int> sent_{0};
  std::thread thread_;
};

TEST(Gate, signals_do_not_shorten_a_wait_with_a_deadline) {
  Door gate;
  const SignalRain rain;
  const auto start = Clock::now();
  EXPECT_FALSE(gate.wait_until(Deadline::after(100ms)));
  EXPECT_GE(Clock::now() - start, 100ms);
  EXPECT_GT(rain.sent(), 5);
  // Under the thread sanitizer handlers run when the wait is over.
  if (!thread_sanitizer) {
    EXPECT_GT(signals, 5);
  }
}

TEST(Gate, signals_do_not_end_a_wait_without_a_deadline) {
  Door gate;
  std::atomic<bool> opened{false};
  const SignalRain rain;
  std::thread opener([&] {
    eventually([&] { return rain.sent() > 50; });
    opened = true;
    gate.open();
  });
  gate.wait();
  EXPECT_TRUE(opened);
  opener.join();
  if (!thread_sanitizer) {
    EXPECT_GT(signals, 5);
  }
}

}  // namespace
}  // namespace fanout::test
