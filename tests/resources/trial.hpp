// SPDX-License-Identifier: MIT
// One scenario, run again and again, each time with the shortage one request later.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "resources/shortage.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {

// Counts how many of its kind are alive: one that is left over is a task, or its outcome, that was
// never destroyed.
class Witness {
 public:
  Witness() { ++alive(); }
  Witness(const Witness&) { ++alive(); }
  Witness(Witness&&) noexcept { ++alive(); }
  Witness& operator=(const Witness&) = default;
  ~Witness() { --alive(); }

  static std::atomic<int>& alive() {
    static std::atomic<int> count{0};
    return count;
  }
};

// What one run of a scenario asked for. A task that was accepted runs once, or is cancelled, or
// fails for want of what is short (or because a scenario that was cut short shut its pool down).
class Trial {
 public:
  static constexpr std::size_t most = 256;

  Trial() { accepted_.reserve(most); }

  // A callable. Its task is too big for a slab, so that it is a request by itself.
  auto job() {
    const std::size_t number = jobs_++;
    EXPECT_LT(number, most);
    return [this, number, witness = Witness(), ballast = std::array<char, 600>()] {
      (void)ballast;
      ++runs_[number];
      return witness;
    };
  }

  using Outcome = Future<Witness>;

  template <class Executor>
  Outcome submit(Executor& executor) {
    return keep(executor.submit(job()));
  }
  Outcome keep(Outcome future) {
    accepted_.push_back(future);
    return future;
  }

  template <class Refusal>
  void check() {
    for (Outcome& future : accepted_) {
      future.wait();  // nothing is lost: or the watchdog says so
      if (future.cancelled()) continue;
      if (const std::exception_ptr error = future.exception(); error != nullptr) {
        EXPECT_TRUE(is_a<Refusal>(error) || is_a<ShutdownError>(error)) << text_of(error);
      }
    }
    accepted_.clear();
    for (const std::atomic<int>& runs : runs_) EXPECT_LE(runs, 1) << "a task ran twice";
  }

  // Of those accepted, how many ran?
  int ran() const {
    int count = 0;
    for (const std::atomic<int>& runs : runs_) count += runs;
    return count;
  }

 private:
  std::array<std::atomic<int>, most> runs_{};
  std::size_t jobs_ = 0;
  std::vector<Outcome> accepted_;
};

using Scenario = std::function<void(Trial&)>;

// Runs the scenario with the shortage at this request. Says whether it came so far.
template <class Refusal>
bool survives(const Scenario& scenario, Resource resource, long number, bool lasts, Whose whose) {
  Trial trial;
  bool refused = false;
  {
    const Shortage shortage(resource, number, lasts, whose);
    try {
      scenario(trial);
    } catch (const Refusal&) {
    } catch (const std::exception& error) {
      ADD_FAILURE() << "another error than that of the shortage: " << error.what();
    }
    refused = shortage.refused() > 0;
  }
  trial.check<Refusal>();
  return refused;
}

// At every request of the scenario in turn, until it makes no more: the call throws what the
// shortage throws or it works; nothing hangs, nothing is lost, nothing leaks.
template <class Refusal>
void survives_everywhere(const std::string& name, const Scenario& scenario, Resource resource,
                         Whose whose = Whose::everybodys) {
  constexpr long none = -1;
  on_unhandled_exception([](const std::exception_ptr&, std::string_view) {});  // here it is usual
  // What the library keeps for good is there afterwards.
  for (int i = 0; i < 3; ++i) survives<Refusal>(scenario, resource, none, false, whose);
  for (const bool lasts : {false, true}) {
    long number = 1;
    for (bool more = true; more; ++number) {
      SCOPED_TRACE(name + ": request " + std::to_string(number) + (lasts ? " and all later" : ""));
      // A table that grew once is no leak; what leaks does so every time.
      long left = 1;
      for (int tries = 0; tries < 3 && left > 0; ++tries) {
        const long before = blocks_in_use();
        more = survives<Refusal>(scenario, resource, number, lasts, whose);
        left = blocks_in_use() - before;
        EXPECT_EQ(Witness::alive(), 0);
      }
      EXPECT_LE(left, 0) << "blocks of memory that nobody gave back";
      if (::testing::Test::HasFailure()) return;
    }
    std::cout << name << (lasts ? ", lasting: " : ": ") << number - 2 << " refusals survived\n";
  }
  on_unhandled_exception({});
}

inline void survives_without_memory(const std::string& name, const Scenario& scenario) {
  survives_everywhere<std::bad_alloc>(name, scenario, Resource::memory);
}

inline void survives_without_threads(const std::string& name, const Scenario& scenario) {
  survives_everywhere<std::system_error>(name, scenario, Resource::threads);
}

}  // namespace fanout::test
