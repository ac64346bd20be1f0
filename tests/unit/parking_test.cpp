// SPDX-License-Identifier: MIT
// Parking: who is counted as what, and that no waking is lost.
#include "threads/parking.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/sanitizers.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using detail::Parking;
using detail::Sleeper;

constexpr auto no_work = [] { return false; };

TEST(Parking, counts_who_searches) {
  Parking parking;
  EXPECT_EQ(parking.searching(), 0);
  parking.start_searching();
  parking.start_searching();
  EXPECT_EQ(parking.searching(), 2);
  EXPECT_FALSE(parking.found_work()) << "nobody sleeps";
  EXPECT_EQ(parking.searching(), 1);
  parking.stop_searching();
  EXPECT_EQ(parking.searching(), 0);
}

TEST(Parking, with_nobody_asleep_there_is_nobody_to_wake) {
  Parking parking;
  parking.work_added();
  parking.wake_one();
  parking.wake_all();
  EXPECT_EQ(parking.searching(), 0);
}

TEST(Parking, who_sees_work_after_the_announcement_does_not_sleep) {
  Parking parking;
  Sleeper sleeper;
  parking.start_searching();
  int looks = 0;
  parking.sleep(sleeper, [&] {
    EXPECT_EQ(parking.searching(), 0) << "it is announced as sleeping by now";
    return ++looks == 1;
  });
  EXPECT_EQ(parking.searching(), 1) << "and returns as a searcher";
  EXPECT_EQ(looks, 1);
  parking.work_added();  // would wake somebody if one were left in the list
  EXPECT_EQ(parking.searching(), 1);
}

TEST(Parking, a_waking_between_announcement_and_sleep_is_remembered_for_that_sleep_only) {
  Parking parking;
  Sleeper sleeper;
  parking.start_searching();
  for (const bool sees_work : {false, true}) {
    parking.sleep(sleeper, [&] {
      parking.wake_one();  // another thread is as quick as that
      return sees_work;
    });
    EXPECT_EQ(parking.searching(), 1);
  }
  Caller next([&] { parking.sleep(sleeper, no_work); });
  EXPECT_TRUE(next.until_blocked());
  EXPECT_FALSE(next.returned());
  parking.wake_one();
}

// A worker asleep.
class Asleep {
 public:
  explicit Asleep(Parking& parking)
      : caller_([this, &parking] {
          parking.start_searching();
          parking.sleep(sleeper_, no_work);
        }) {
    EXPECT_TRUE(caller_.until_blocked());
  }
  bool woken() const { return caller_.returned(); }
  void join() { caller_.join(); }

 private:
  Sleeper sleeper_;
  Caller caller_;
};

TEST(Parking, added_work_wakes_one_and_counts_it_as_searching_at_once) {
  Parking parking;
  Asleep first(parking);
  Asleep second(parking);
  EXPECT_EQ(parking.searching(), 0);
  parking.work_added();
  EXPECT_EQ(parking.searching(), 1) << "whether or not it runs already";
  parking.work_added();  // somebody searches: nobody else is woken
  EXPECT_EQ(parking.searching(), 1);
  second.join();  // the latest to sleep, whose caches are warm
  EXPECT_FALSE(first.woken());
  EXPECT_TRUE(parking.found_work()) << "the last searcher found work and somebody sleeps";
  parking.wake_one();
  first.join();
  EXPECT_EQ(parking.searching(), 1);
}

TEST(Parking, only_the_last_searcher_hands_the_search_on) {
  Parking parking;
  Asleep asleep(parking);
  parking.start_searching();
  parking.start_searching();
  EXPECT_FALSE(parking.found_work()) << "another one searches";
  EXPECT_TRUE(parking.found_work());
  parking.wake_all();
  asleep.join();
}

TEST(Parking, wake_all_wakes_all) {
  Parking parking;
  std::vector<std::unique_ptr<Asleep>> sleepers;
  for (int i = 0; i < 5; ++i) sleepers.push_back(std::make_unique<Asleep>(parking));
  parking.wake_all();
  for (const auto& sleeper : sleepers) sleeper->join();
  EXPECT_EQ(parking.searching(), 5);
}

// Workers as in the pool, on a number instead of queues.
class Workers {
 public:
  explicit Workers(int count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { main(); });
  }
  ~Workers() {
    closed_ = true;
    parking_.wake_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void submit() {
    ++available_;
    parking_.work_added();
  }
  // If a waking is lost this never ends, and the watchdog ends the program.
  void await(int done) {
    while (done_ < done) std::this_thread::yield();
  }
  int done() const { return done_; }

 private:
  bool take() {
    int available = available_;
    while (available > 0) {
      if (available_.compare_exchange_weak(available, available - 1)) return true;
    }
    return false;
  }

  void main() {
    Sleeper sleeper;
    bool searching = false;
    for (;;) {
      if (take()) {
        if (searching) {
          searching = false;
          if (parking_.found_work() && available_ > 0) parking_.wake_one();
        }
        ++done_;
      } else if (!searching) {
        parking_.start_searching();
        searching = true;
      } else {
        if (closed_ && available_ == 0) break;
        parking_.sleep(sleeper, [this] { return available_ > 0 || closed_; });
      }
    }
    parking_.stop_searching();
  }

  Parking parking_;
  std::atomic<int> available_{0};
  std::atomic<int> done_{0};
  std::atomic<bool> closed_{false};
  std::vector<std::thread> threads_;
};

TEST(Parking, no_waking_is_lost_with_one_task_at_a_time) {
  constexpr int rounds = sanitized ? 2'000 : 10'000;
  for (const int count : {1, 2, 3}) {
    Workers workers(count);
    for (int round = 1; round <= rounds; ++round) {
      workers.submit();
      workers.await(round);
    }
    EXPECT_EQ(workers.done(), rounds);
  }
}

TEST(Parking, no_waking_is_lost_with_several_submitters_and_bursts) {
  constexpr int rounds = sanitized ? 500 : 3'000;
  Workers workers(3);
  std::atomic<int> submitted{0};
  const auto submit = [&](unsigned seed) {
    std::minstd_rand random(seed);
    for (int round = 0; round < rounds; ++round) {
      for (auto burst = random() % 4; burst > 0; --burst) {
        ++submitted;
        workers.submit();
      }
      // Usually all are about to sleep when the next burst comes.
      if (random() % 2 == 0) workers.await(submitted);
    }
  };
  std::thread other([&] { submit(1); });
  submit(2);
  other.join();
  workers.await(submitted);
  EXPECT_EQ(workers.done(), submitted);
}

TEST(Parking, closing_is_not_missed) {
  for (int round = 0; round < (sanitized ? 100 : 1'000); ++round) {
    Workers workers(2);
    if (round % 2 == 0) workers.submit();
  }
}

}  // namespace
}  // namespace fanout::test
