// SPDX-License-Identifier: MIT
// Callables, arguments and results that throw where they are copied, moved or destroyed from, and
// that use the pool while they go.
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/executors.hpp"
#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

struct NoCopy : std::runtime_error {
  NoCopy() : runtime_error("not to be copied now") {}
};
struct NoMove : std::runtime_error {
  NoMove() : runtime_error("not to be moved now") {}
};

// Throws at the copy, or the move, with this number (1: the next); counts how many there are.
class Fragile {
 public:
  static inline std::atomic<int> alive{0};

  Fragile(int copies, int moves) : copies_(copies), moves_(moves) { ++alive; }
  Fragile(const Fragile& other) : copies_(other.copies_ - 1), moves_(other.moves_) {
    if (copies_ == 0) throw NoCopy();
    ++alive;
  }
  Fragile(Fragile&& other) : copies_(other.copies_), moves_(other.moves_ - 1) {
    if (moves_ == 0) throw NoMove();
    ++alive;
  }
  Fragile& operator=(const Fragile&) = delete;
  ~Fragile() { --alive; }

  int operator()() const { return 1; }

 private:
  int copies_;
  int moves_;
};

constexpr int never = 1'000;

IN_PROCESS_TEST(HostileTypes, that_throw_when_copied_or_moved_into_a_task_make_submit_throw) {
  const auto executor = TypeParam::make();
  {
    const Fragile copied(1, never);
    thrown<NoCopy>([&] { (void)executor->submit(copied); });
    thrown<NoCopy>([&] { (void)executor->submit([](const Fragile&) {}, copied); });
    thrown<NoMove>([&] { (void)executor->submit(Fragile(never, 1)); });
    thrown<NoMove>([&] { (void)executor->submit([](const Fragile&) {}, Fragile(never, 1)); });
  }
  EXPECT_EQ(Fragile::alive, 0);
  EXPECT_EQ(executor->stats().pending, 0U);
  EXPECT_EQ(executor->submit(square, 3).result(), 9);
}

// Moves are counted until the call, so one of these throws inside the task.
IN_PROCESS_TEST(HostileTypes, that_throw_when_moved_into_the_call_fail_the_future) {
  const auto executor = TypeParam::make();
  bool failed_in_the_task = false;
  for (int moves = 1; moves < 8; ++moves) {
    try {
      const Future<void> future = executor->submit([](Fragile) {}, Fragile(never, moves));
      future.wait();
      if (future.failed()) {
        failed_in_the_task = true;
        check_failed<NoMove>(future);
      }
    } catch (const NoMove&) {
    }
    executor->submit(square, 1).wait();
  }
  EXPECT_TRUE(failed_in_the_task);
  executor->shutdown();
  EXPECT_EQ(Fragile::alive, 0);
}

IN_PROCESS_TEST(HostileTypes, that_throw_when_the_result_is_copied_leave_it_where_it_is) {
  const auto executor = TypeParam::make();
  {
    const Future<Fragile> future = executor->submit([] { return Fragile(1, never); });
    const Future<Fragile> other = future;
    thrown<NoCopy>([&] { (void)Future<Fragile>(other).result(); });
    EXPECT_EQ(future.result()(), 1);
  }
  executor->shutdown();
  EXPECT_EQ(Fragile::alive, 0);
}

IN_PROCESS_TEST(HostileTypes, that_throw_when_the_result_is_moved_under_a_limit_fail_the_future) {
  const auto executor = TypeParam::make();
  const auto future = executor->submit({.timeout = 100s}, [] { return Fragile(never, 1); });
  future.wait();
  check_failed<NoMove>(future);
  executor->shutdown();
  EXPECT_EQ(Fragile::alive, 0);
}

IN_PROCESS_TEST(HostileTypes, that_throw_when_copied_into_a_callback_make_add_done_callback_throw) {
  const auto executor = TypeParam::make();
  struct Callback {
    Fragile fragile;
    void operator()(const AnyFuture&) const { ADD_FAILURE() << "was never added"; }
  };
  const Promise<int> promise;
  {
    const Callback callback{Fragile(1, never)};
    thrown<NoCopy>([&] { promise.get_future().add_done_callback(callback); });
  }
  EXPECT_TRUE(promise.get_future().cancel());
  EXPECT_EQ(Fragile::alive, 0);
}

IN_PROCESS_TEST(HostileTypes, that_throw_when_map_copies_its_function_or_elements_lose_nothing) {
  const auto executor = TypeParam::make();
  std::vector<Fragile> elements;
  elements.reserve(3);
  for (const int copies : {never, never, 1}) elements.emplace_back(copies, never);
  thrown<NoCopy>([&] { executor->map([](const Fragile& f) { return f(); }, elements); });
  const Fragile function(1, never);
  struct Function {
    Fragile fragile;
    int operator()(int) const { return 1; }
  };
  thrown<NoMove>([&] { executor->map(Function{Fragile(never, 1)}, numbers(3)); });
  EXPECT_EQ(executor->submit(square, 3).result(), 9);
  executor->shutdown();
  EXPECT_EQ(Fragile::alive, 4);  // the elements and the function
}

// An exception whose copy throws may not be stored by value anywhere.
IN_PROCESS_TEST(HostileTypes, that_throw_when_copied_can_be_thrown_themselves) {
  const auto executor = TypeParam::make();
  {
    const Future<int> future = executor->submit([]() -> int { throw Fragile(1, never); });
    thrown<Fragile>([&] { (void)future.result(); });
    thrown<Fragile>([&] { (void)future.result(); });
  }
  executor->shutdown();
  EXPECT_EQ(Fragile::alive, 0);
}

// Submits to the pool when it is destroyed, unless it was moved from.
template <class Executor>
class LastWill {
 public:
  LastWill(Executor& executor, std::atomic<int>& executed)
      : executor_(&executor), executed_(&executed) {}
  LastWill(LastWill&& other) noexcept
      : executor_(std::exchange(other.executor_, nullptr)), executed_(other.executed_) {}
  LastWill& operator=(LastWill&&) = delete;
  ~LastWill() {
    if (executor_ == nullptr) return;
    try {
      (void)executor_->submit([executed = executed_] { ++*executed; });
    } catch (const ShutdownError&) {
      *executed_ += 100;
    }
  }

 private:
  Executor* executor_;
  std::atomic<int>* executed_;
};

IN_PROCESS_TEST(HostileTypes, that_submit_when_they_are_destroyed_do_so_after_the_run) {
  const auto executor = TypeParam::make();
  std::atomic<int> executed{0};
  using Will = LastWill<typename TypeParam::Executor>;
  executor->submit([will = Will(*executor, executed)] {}).wait();
  executor->submit([](const Will&) {}, Will(*executor, executed)).wait();
  {
    (void)executor->submit([&] { return Will(*executor, executed); });
  }
  executor->submit([will = Will(*executor, executed)] { throw std::runtime_error("thrown"); })
      .exception();
  while (executed < 4) std::this_thread::yield();
}

IN_PROCESS_TEST(HostileTypes, that_submit_when_they_are_destroyed_do_so_when_cancelled) {
  const auto executor = TypeParam::make(1);
  std::atomic<int> executed{0};
  using Will = LastWill<typename TypeParam::Executor>;
  Door door;
  const auto standing = occupy(*executor, door, 1);
  EXPECT_TRUE(executor->submit([will = Will(*executor, executed)] {}).cancel());
  const auto behind = executor->submit([will = Will(*executor, executed)] {});
  executor->shutdown({.wait = false, .cancel_futures = true});
  check_cancelled(behind);
  EXPECT_EQ(executed, 100);  // shut down by then
  door.open();
}

IN_PROCESS_TEST(HostileTypes, that_are_no_exceptions_arrive_as_they_were_thrown) {
  const auto executor = TypeParam::make();
  thrown<int>([&] { executor->submit([] { throw 42; }).result(); });
  thrown<const char*>([&] { executor->submit([] { throw "text"; }).result(); });
  thrown<std::nullptr_t>([&] { executor->submit([] { throw nullptr; }).result(); });
  thrown<std::unique_ptr<int>>(
      [&] { executor->submit([] { throw std::make_unique<int>(1); }).result(); });
  const Future<std::exception_ptr> null = executor->submit([] { return std::exception_ptr(); });
  EXPECT_EQ(null.result(), nullptr);
  Promise<int> promise;
  thrown<std::invalid_argument>([&] { promise.set_exception(nullptr); });
  promise.set_value(1);
}

// behaviour: 6
EXECUTOR_TEST(HostileLimits, that_are_no_number_of_seconds_are_refused) {
  const auto executor = TypeParam::make();
  const Seconds nan(std::numeric_limits<double>::quiet_NaN());
  thrown<std::invalid_argument>([&] { (void)executor->submit({.timeout = nan}, square, 3); });
  EXPECT_EQ(executor->submit({.timeout = Seconds(INFINITY)}, square, 3).result(), 9);
  EXPECT_EQ(executor->stats().pending, 0U);
}

}  // namespace
}  // namespace fanout::test
