// SPDX-License-Identifier: MIT
// Several threads do random things to several pools; in the end every task has exactly one fate.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "ledger.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Keeps a processor busy for `steps` steps of some nanoseconds, or until `stop` is asked for. Only now
// and then does it offer the processor to others: where there are many, each offer costs milliseconds.
void toil(std::uint64_t steps, const std::stop_token& stop = {}) {
  if (steps % 64 == 0) std::this_thread::yield();
  for (std::atomic<std::uint64_t> i = 0; i < steps && !stop.stop_requested();)
    i.fetch_add(1, std::memory_order_relaxed);
}

// A pool that is replaced by another now and then, while others use it.
class Slot {
 public:
  explicit Slot(std::uint64_t seed) : random_(seed), pool_(make()) {}

  std::shared_ptr<ThreadPoolExecutor> get() {
    const std::lock_guard lock(mutex_);
    return pool_;
  }

  // Shuts the pool down in one of all possible ways; others may be using it.
  void replace() {
    std::shared_ptr<ThreadPoolExecutor> old;
    bool wait = false;
    bool cancel = false;
    {
      const std::lock_guard lock(mutex_);
      old = std::move(pool_);
      pool_ = make();
      wait = random_() % 2 == 0;
      cancel = random_() % 2 == 0;
    }
    old->shutdown({.wait = wait, .cancel_futures = cancel});
  }

 private:
  std::shared_ptr<ThreadPoolExecutor> make() {
    ThreadPoolOptions options{.max_workers = 1 + static_cast<int>(random_() % 4)};
    if (random_() % 3 == 0) {
      options.max_pending = 1 + random_() % 8;
      options.on_full = static_cast<OnFull>(random_() % 3);
    }
    return std::make_shared<ThreadPoolExecutor>(options);
  }

  std::mutex mutex_;
  std::mt19937_64 random_;
  std::shared_ptr<ThreadPoolExecutor> pool_;
};

// One thread of the test.
class Driver {
 public:
  Driver(Ledger& ledger, std::vector<std::unique_ptr<Slot>>& slots, std::uint64_t seed)
      : ledger_(ledger), slots_(slots), random_(seed) {}

  void run(std::uint64_t operations) {
    for (std::uint64_t i = 0; i < operations; ++i) act();
    while (!open_.empty()) close_one();
  }

 private:
  struct Entry {
    Future<int> future;
    std::shared_ptr<std::atomic<int>> entries;
    bool limited = false;
  };

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Slot& any_slot() { return *slots_[below(slots_.size())]; }
  Entry& any_open() { return open_[below(open_.size())]; }

  void act() {
    try {
      if (open_.size() > 64) {
        close_one();
      } else if (open_.empty() || below(10) < 4) {
        submit();
      } else {
        use();
      }
    } catch (const ShutdownError&) {
      // Another thread was quicker.
    } catch (const QueueFull&) {
    }
  }

  void submit() {
    const auto pool = any_slot().get();
    const Capture capture(ledger_);
    Entry entry{{}, capture.entries()};
    switch (below(6)) {
      case 0:
        entry.future = pool->submit([capture]() -> int {
          capture.enter();
          throw std::runtime_error("a failure on purpose");
        });
        break;
      case 1:  // a task that waits for another of its own pool
        entry.future = pool->submit([capture, executor = pool.get()] {
          capture.enter();
          try {
            return executor->submit([] { return 1; }).result();
          } catch (const Error&) {
            return 2;  // shut down, or cancelled by that
          }
        });
        break;
      case 2:
        entry.limited = true;
        entry.future = pool->submit({.timeout = std::chrono::microseconds(below(200))},
                                    [capture, steps = below(2'000)](const std::stop_token& stop) {
                                      capture.enter();
                                      toil(steps, stop);
                                      return 3;
                                    });
        break;
      default:
        entry.future = pool->submit([capture, steps = below(200)] {
          capture.enter();
          toil(steps);
          return 4;
        });
    }
    ledger_.submitted.fetch_add(1, std::memory_order_relaxed);
    open_.push_back(std::move(entry));
  }

  void use() {
    switch (below(12)) {
      case 0:
        any_open().future.cancel();
        break;
      case 1:
        any_open().future.request_stop();
        break;
      case 2:
        add_callback(any_open().future);
        break;
      case 3:
        any_open().future.wait(std::chrono::microseconds(below(200)));
        break;
      case 4:
        any_open().future.wait();
        break;
      case 5:
        (void)fanout::wait(some(), static_cast<ReturnWhen>(below(3)));
        break;
      case 6:
        (void)fanout::wait(some(), std::chrono::microseconds(below(200)),
                           static_cast<ReturnWhen>(below(3)));
        break;
      case 7:
        iterate();
        break;
      case 8:
        map();
        break;
      case 9:
        if (below(20) == 0) any_slot().replace();
        break;
      case 10:
        (void)any_slot().get()->stats();
        break;
      default:
        close_one();
    }
  }

  void add_callback(const Future<int>& future) {
    ledger_.callbacks_added.fetch_add(1, std::memory_order_relaxed);
    future.add_done_callback([&ledger = ledger_](const Future<int>& done) {
      EXPECT_TRUE(done.done());
      ledger.callbacks_run.fetch_add(1, std::memory_order_relaxed);
    });
  }

  std::vector<Future<int>> some() {
    std::vector<Future<int>> futures;
    for (std::uint64_t i = 0; i < 1 + below(4); ++i) futures.push_back(any_open().future);
    return futures;
  }

  // To the end, or not, or only for a while.
  void iterate() {
    const std::uint64_t most = below(5);
    std::uint64_t count = 0;
    try {
      auto completions =
          as_completed(some(), std::chrono::microseconds(below(2) == 0 ? 100 : 1'000'000));
      completions.add(any_open().future);
      for (const auto& future : completions) {
        EXPECT_TRUE(future.done());
        if (++count > most) break;
      }
    } catch (const TimeoutError&) {
    }
  }

  void map() {
    const auto pool = any_slot().get();
    const std::vector<int> input{1, 2, 3, 4, 5};
    int sum = 0;
    try {
      for (const int value : pool->map(
               {.buffersize = below(3), .ordered = below(2) == 0}, [](int n) { return 2 * n; },
               input)) {
        sum += value;
      }
      EXPECT_EQ(sum, 30);
    } catch (const Error&) {
      // Shut down by another thread, which may have cancelled elements.
    }
  }

  // Learns the fate of the oldest task.
  void close_one() {
    const Entry entry = std::move(open_.front());
    open_.pop_front();
    (void)entry.future.wait();
    const int entries = entry.entries->load(std::memory_order_relaxed);
    if (entry.future.cancelled()) {
      EXPECT_EQ(entries, 0) << "a cancelled task ran";
      ledger_.cancelled.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    // One that has overrun its limit may not have entered its callable yet; the totals tell.
    if (!entry.limited) {
      EXPECT_EQ(entries, 1) << "a finished task ran not exactly once";
    }
    ledger_.finished.fetch_add(1, std::memory_order_relaxed);
    try {
      const int value = entry.future.result();
      EXPECT_TRUE(value >= 1 && value <= 4) << value;
    } catch (const TaskTimeoutError&) {
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "a failure on purpose");
    }
  }

  Ledger& ledger_;
  std::vector<std::unique_ptr<Slot>>& slots_;
  std::mt19937_64 random_;
  std::deque<Entry> open_;
};

TEST(Stress, EveryTaskHasExactlyOneFateWhateverIsDoneToIt) {
  const std::uint64_t operations = number_from("FANOUT_STRESS_OPERATIONS", 200'000);
  const std::uint64_t seed = number_from("FANOUT_STRESS_SEED", std::random_device{}());
  std::cout << "FANOUT_STRESS_OPERATIONS=" << operations << " FANOUT_STRESS_SEED=" << seed
            << std::endl;
  on_unhandled_exception([](std::exception_ptr, std::string_view) {});
  Ledger ledger;
  {
    std::vector<std::unique_ptr<Slot>> slots;
    for (std::uint64_t i = 0; i < 3; ++i) slots.push_back(std::make_unique<Slot>(seed + i));
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&ledger, &slots, i, seed, operations] {
        Driver(ledger, slots, seed * 31 + i).run(operations / 4);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }  // all pools are gone: whatever ran has returned
  on_unhandled_exception({});
  EXPECT_EQ(ledger.finished + ledger.cancelled, ledger.submitted);
  EXPECT_EQ(ledger.entered, ledger.finished);
  EXPECT_EQ(ledger.callbacks_run, ledger.callbacks_added);
  EXPECT_EQ(ledger.captures_alive, 0);
  std::cout << ledger.submitted << " tasks submitted, " << ledger.finished << " finished, "
            << ledger.cancelled << " cancelled, " << ledger.callbacks_run << " callbacks"
            << std::endl;
}

}  // namespace
}  // namespace fanout::test
