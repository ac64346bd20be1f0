// SPDX-License-Identifier: MIT
// Waiting in tests: for a gate, for something to become true, for a thread to be blocked. Never for
// a fixed time: a test that needs a moment polls until it has what it waits for.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <string>
#include <thread>

#include <sys/types.h>

namespace fanout::test {

// Polls until `holds` returns true; false if it still does not after `limit`.
bool eventually(const std::function<bool()>& holds,
                std::chrono::milliseconds limit = std::chrono::seconds(30));

// A door between threads: closed at first, once open it stays open.
class Gate {
 public:
  Gate() = default;
  ~Gate() { open(); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() {
    // relaxed: only one caller may count down; the latch publishes.
    if (!opened_.exchange(true, std::memory_order_relaxed)) {
      latch_.count_down();
    }
  }
  void pass() { latch_.wait(); }
  bool is_open() const { return latch_.try_wait(); }

 private:
  std::latch latch_{1};
  std::atomic<bool> opened_{false};
};

// The operating system's id of the calling thread.
pid_t own_thread_id();

// The operating system's name of a thread of this program.
std::string name_of_thread(pid_t thread);

// Polls until that thread sleeps in a system call; false if it does not.
bool until_thread_sleeps(pid_t thread);

// A thread that calls `fn`, for tests of blocking calls. until_blocked() returns once it sleeps, so
// what the test does next meets a blocked caller.
class Caller {
 public:
  explicit Caller(std::function<void()> fn);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  bool until_blocked();
  void join();
  bool returned() const { return returned_.load(); }

 private:
  std::latch started_{1};
  std::atomic<pid_t> id_{0};
  std::atomic<bool> returned_{false};
  std::thread thread_;
};

}  // namespace fanout::test
