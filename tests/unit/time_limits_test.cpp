// SPDX-License-Identifier: MIT
// The timer of tasks with a limit: who is first, in which order, and when its thread ends.
#include "threads/time_limits.hpp"

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/errors.hpp>

#include "probe.hpp"
#include "support/resources.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using detail::Deadline;
using detail::TimeLimits;

// Limits with their thread, which is stopped and joined at the end.
class Timer {
 public:
  Timer() { limits->start(limits); }
  ~Timer() { end(); }

  void end() {
    limits->request_stop();
    if (std::thread thread = limits->release_thread(); thread.joinable()) thread.join();
  }
  TimeLimits* operator->() const { return limits.get(); }

  std::shared_ptr<TimeLimits> limits = std::make_shared<TimeLimits>();
};

// A task that has started, which the timer may end.
struct Limited {
  explicit Limited(double seconds, std::string name = "slow")
      : task(new Probe(fate, std::move(name), seconds)), handle(task) {
    EXPECT_TRUE(task->start());
  }

  Fate fate;
  Probe* task;
  Handle handle;
};

std::string failure_of(const Limited& limited) {
  const std::exception_ptr error = limited.handle->wait_for_exception(Deadline::never());
  EXPECT_NE(error, nullptr);
  EXPECT_TRUE(is_a<TaskTimeoutError>(error));
  return text_of(error);
}

TEST(TimeLimits, a_task_over_its_limit_fails_and_is_asked_to_stop) {
  Timer timer;
  Limited limited(0.01, "slow download");
  limited.task->stop = std::make_unique<std::stop_source>();
  timer->watch(*limited.task);
  const std::string text = failure_of(limited);
  EXPECT_TRUE(holds(text, "slow download"));
  EXPECT_TRUE(holds(text, "0.01 s"));
  EXPECT_TRUE(limited.task->stop->stop_requested());
  EXPECT_EQ(timer->overrun(), 1) << "it has not returned yet";
  EXPECT_TRUE(timer->unwatch(*limited.task));
  EXPECT_EQ(timer->overrun(), 0);
  limited.task->leave_overrun();
  limited.handle.drop();
  EXPECT_EQ(limited.fate.destroyed, 1);
}

TEST(TimeLimits, no_task_fails_before_its_limit) {
  Timer timer;
  const auto start = std::chrono::steady_clock::now();
  Limited limited(0.05);
  timer->watch(*limited.task);
  (void)failure_of(limited);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 50ms);
  EXPECT_TRUE(timer->unwatch(*limited.task));
  limited.task->leave_overrun();
}

TEST(TimeLimits, a_task_that_returns_in_time_is_forgotten) {
  Timer timer;
  Limited limited(1000);
  timer->watch(*limited.task);
  limited.task->run();
  EXPECT_FALSE(timer->unwatch(*limited.task));
  limited.task->finish();
  EXPECT_EQ(limited.handle->wait_for_exception(Deadline::never()), nullptr);
  timer.end();  // would wait for the limit if it were still watched
}

TEST(TimeLimits, a_task_that_settles_first_keeps_its_outcome) {
  Timer timer;
  Limited limited(0.01);
  limited.task->body = [] { throw std::runtime_error("its own failure"); };
  limited.task->run();  // settled before it is even watched
  timer->watch(*limited.task);
  Limited later(0.02);
  timer->watch(*later.task);
  (void)failure_of(later);  // so the limit of the first one has passed as well
  EXPECT_FALSE(limited.task->done());
  EXPECT_FALSE(timer->unwatch(*limited.task));
  limited.task->finish();
  EXPECT_EQ(text_of(limited.handle->wait_for_exception(Deadline::never())), "its own failure");
  EXPECT_TRUE(timer->unwatch(*later.task));
  later.task->leave_overrun();
}

// Watches tasks with these limits in milliseconds; returns the order of their ends, or nothing if
// the machine was so slow that the order of the deadlines is not that of the limits.
std::vector<std::size_t> order_of_ends(const std::vector<int>& limits) {
  Timer timer;
  std::mutex mutex;
  std::vector<std::size_t> order;
  struct Recorder final : detail::Listener {
    explicit Recorder(std::function<void()> fn)
        : Listener([](Listener* self) noexcept { static_cast<Recorder*>(self)->fn(); },
                   Kind::waiter),
          fn(std::move(fn)) {}
    std::function<void()> fn;
  };
  std::vector<std::unique_ptr<Limited>> tasks;
  std::vector<std::unique_ptr<Recorder>> recorders;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    tasks.push_back(std::make_unique<Limited>(limits[i] / 1000.0));
    recorders.push_back(std::make_unique<Recorder>([&, i] {
      const std::lock_guard lock(mutex);
      order.push_back(i);
    }));
    tasks.back()->task->add_listener(*recorders.back());
  }
  const auto start = std::chrono::steady_clock::now();
  for (const auto& limited : tasks) timer->watch(*limited->task);
  const bool quick = std::chrono::steady_clock::now() - start < 10ms;
  for (const auto& limited : tasks) {
    (void)failure_of(*limited);
    EXPECT_TRUE(timer->unwatch(*limited->task));
    limited->task->leave_overrun();
  }
  timer.end();
  return quick ? order : std::vector<std::size_t>{};
}

TEST(TimeLimits, tasks_fail_in_the_order_of_their_deadlines) {
  std::vector<std::size_t> order;
  for (int attempt = 0; attempt < 50 && order.empty(); ++attempt) {
    order = order_of_ends({50, 10, 70, 30});
  }
  EXPECT_EQ(order, (std::vector<std::size_t>{1, 3, 0, 2}));
}

// The timer's thread sleeps.
bool until_timer_sleeps() {
  pid_t id = 0;
  const bool found = eventually([&] {
    for (const auto& [thread, name] : Resources::now().threads) {
      if (name == "fanout-limits") id = static_cast<pid_t>(std::stol(thread));
    }
    return id != 0;
  });
  return found && until_thread_sleeps(id);
}

TEST(TimeLimits, a_nearer_limit_wakes_the_timer) {
  Timer timer;
  Limited far(1000);
  timer->watch(*far.task);
  ASSERT_TRUE(until_timer_sleeps());
  Limited near(0.01);
  timer->watch(*near.task);
  (void)failure_of(near);
  EXPECT_TRUE(timer->unwatch(*near.task));
  near.task->leave_overrun();
  EXPECT_FALSE(timer->unwatch(*far.task));
  far.task->finish();
}

TEST(TimeLimits, a_limit_that_never_passes_is_not_watched) {
  Timer timer;
  Limited limited(std::numeric_limits<double>::infinity());
  timer->watch(*limited.task);
  timer.end();  // would wait for it
  EXPECT_FALSE(timer->unwatch(*limited.task));
  limited.task->finish();
}

TEST(TimeLimits, asked_to_stop_it_goes_on_while_something_is_watched) {
  Timer timer;
  Limited overdue(0.02);
  Limited in_time(1000);
  timer->watch(*overdue.task);
  timer->watch(*in_time.task);
  timer->request_stop();
  (void)failure_of(overdue);
  EXPECT_TRUE(timer->unwatch(*overdue.task));
  overdue.task->leave_overrun();
  std::thread thread = timer->release_thread();
  EXPECT_FALSE(timer->unwatch(*in_time.task));  // the last one: the thread ends
  thread.join();
  in_time.task->finish();
}

TEST(TimeLimits, the_thread_keeps_its_owner_alive) {
  std::weak_ptr<TimeLimits> watched;
  std::thread thread;
  {
    const auto limits = std::make_shared<TimeLimits>();
    limits->start(limits);
    limits->start(limits);  // it runs already
    watched = limits;
    thread = limits->release_thread();
  }
  EXPECT_FALSE(watched.expired());
  watched.lock()->request_stop();
  thread.join();
  EXPECT_TRUE(watched.expired());
}

TEST(TimeLimits, the_limit_and_the_return_may_come_at_the_same_moment) {
  constexpr int rounds = sanitized ? 200 : 2'000;
  Timer timer;
  int overrun = 0;
  for (int round = 0; round < rounds; ++round) {
    Limited limited(1e-6 * (round % 40));
    if (limited.task->has_limit()) timer->watch(*limited.task);
    limited.task->run();
    if (timer->unwatch(*limited.task)) {
      ++overrun;
      limited.task->leave_overrun();
      (void)failure_of(limited);
    } else {
      limited.task->finish();
      EXPECT_EQ(limited.handle->wait_for_exception(Deadline::never()), nullptr);
    }
    EXPECT_TRUE(limited.task->done());
    EXPECT_EQ(timer->overrun(), 0);
    limited.handle.drop();
    // The timer may still be publishing the failure.
    EXPECT_TRUE(eventually([&] { return limited.fate.destroyed == 1; }));
  }
  EXPECT_LT(overrun, rounds) << "those without a limit, at least";
}

}  // namespace
}  // namespace fanout::test
