// SPDX-License-Identifier: MIT
// An observer is told each step of each task, in order, before the future is done.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "support/door.hpp"
#include "support/vocabulary.hpp"

namespace {

using fanout::TaskEvent;
using Kind = TaskEvent::Kind;

class Recorder final : public fanout::Observer {
 public:
  struct Step {
    Kind kind;
    int worker;
  };

  void on_event(const TaskEvent& event) noexcept override {
    const std::lock_guard lock(mutex_);
    steps_[std::string(event.name)].push_back({event.kind, event.worker});
  }

  std::vector<Kind> kinds_of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    std::vector<Kind> kinds;
    if (const auto found = steps_.find(name); found != steps_.end()) {
      for (const Step& step : found->second) kinds.push_back(step.kind);
    }
    return kinds;
  }

  int worker_at(const std::string& name, std::size_t step) const {
    const std::lock_guard lock(mutex_);
    return steps_.at(name).at(step).worker;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Step>> steps_;
};

// conformance: 211
TEST(Observer, is_told_each_step_before_the_future_is_done) {
  Recorder recorder;
  fanout::ThreadPoolExecutor executor({.max_workers = 2, .observer = &recorder});
  auto good = executor.submit({.name = "good"}, [] { return 1; });
  EXPECT_EQ(good.result(), 1);
  EXPECT_EQ(recorder.kinds_of("good"),
            (std::vector{Kind::submitted, Kind::started, Kind::finished}));
  EXPECT_EQ(recorder.worker_at("good", 0), -1);
  EXPECT_GE(recorder.worker_at("good", 1), 0);

  auto bad = executor.submit({.name = "bad"}, [] { throw std::out_of_range("no"); });
  EXPECT_NE(bad.exception(), nullptr);
  EXPECT_EQ(recorder.kinds_of("bad"), (std::vector{Kind::submitted, Kind::started, Kind::failed}));
}

TEST(Observer, is_told_of_a_cancelled_task_when_the_pool_meets_it) {
  Recorder recorder;
  {
    fanout::ThreadPoolExecutor executor({.max_workers = 1, .observer = &recorder});
    fanout::test::Door door;
    const auto standing = fanout::test::occupy(executor, door, 1);
    auto future = executor.submit({.name = "never"}, [] {});
    EXPECT_TRUE(future.cancel());
    door.open(1);
  }
  EXPECT_EQ(recorder.kinds_of("never"), (std::vector{Kind::submitted, Kind::cancelled}));
}

TEST(Observer, sees_a_task_that_its_caller_runs) {
  Recorder recorder;
  fanout::ThreadPoolExecutor executor({.max_workers = 1,
                                       .max_pending = 1,
                                       .on_full = fanout::OnFull::caller_runs,
                                       .observer = &recorder});
  fanout::test::Door door;
  const auto standing = fanout::test::occupy(executor, door, 1);
  auto waiting = executor.submit([] {});
  auto future = executor.submit({.name = "mine"}, [] {});
  EXPECT_TRUE(future.done());
  EXPECT_EQ(recorder.kinds_of("mine"),
            (std::vector{Kind::submitted, Kind::started, Kind::finished}));
  EXPECT_EQ(recorder.worker_at("mine", 1), -1);
  door.open(1);
  waiting.wait();
}

}  // namespace
