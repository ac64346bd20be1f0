// SPDX-License-Identifier: MIT
// The states of a future and what each of its members answers in them.
#include <chrono>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;

// A promise and its future, brought into each of the states.
struct Pair {
  Promise<int> promise;
  Future<int> future = promise.get_future();
};

Pair pending() { return {}; }

Pair running() {
  Pair pair;
  EXPECT_TRUE(pair.promise.set_running_or_notify_cancel());
  return pair;
}

Pair cancelled() {
  Pair pair;
  EXPECT_TRUE(pair.future.cancel());
  return pair;
}

Pair cancelled_and_seen_by_the_worker() {
  Pair pair = cancelled();
  EXPECT_FALSE(pair.promise.set_running_or_notify_cancel());
  return pair;
}

Pair finished() {
  Pair pair = running();
  pair.promise.set_value(42);
  return pair;
}

Pair failed() {
  Pair pair = running();
  pair.promise.set_exception(std::make_exception_ptr(std::out_of_range("too far")));
  (void)pair.future.exception();  // looked at: no report when it goes
  return pair;
}

// conformance: 12, 13, 14
// behaviour: 1, 2
TEST(FutureStates, are_pending_running_cancelled_and_finished) {
  check_pending(pending().future);
  check_running(running().future);
  check_cancelled(cancelled().future);
  check_cancelled(cancelled_and_seen_by_the_worker().future);
  check_finished(finished().future);
  EXPECT_EQ(check_failed<std::out_of_range>(failed().future), "too far");
}

// conformance: 11
// behaviour: 10
TEST(FutureStates, cancel_succeeds_on_pending_and_cancelled_futures_only) {
  Pair one = pending();
  EXPECT_TRUE(one.future.cancel());
  check_cancelled(one.future);
  EXPECT_TRUE(one.future.cancel());
  check_cancelled(one.future);

  one = running();
  EXPECT_FALSE(one.future.cancel());
  check_running(one.future);

  one = cancelled_and_seen_by_the_worker();
  EXPECT_TRUE(one.future.cancel());
  check_cancelled(one.future);

  one = finished();
  EXPECT_FALSE(one.future.cancel());
  check_finished(one.future);

  one = failed();
  EXPECT_FALSE(one.future.cancel());
  check_failed<std::out_of_range>(one.future);
}

// conformance: 15
// behaviour: 3
TEST(FutureResult, with_zero_timeout_polls_in_every_state) {
  thrown<TimeoutError>([] { (void)pending().future.result(0s); });
  Pair runs = running();
  thrown<TimeoutError>([&] { (void)runs.future.result(0s); });
  check_running(runs.future);
  thrown<CancelledError>([] { (void)cancelled().future.result(0s); });
  thrown<CancelledError>([] { (void)cancelled_and_seen_by_the_worker().future.result(0s); });
  EXPECT_EQ(finished().future.result(0s), 42);
  EXPECT_EQ(thrown<std::out_of_range>([] { (void)failed().future.result(0s); }), "too far");
}

// conformance: 18
// behaviour: 4
TEST(FutureException, with_zero_timeout_polls_in_every_state) {
  thrown<TimeoutError>([] { (void)pending().future.exception(0s); });
  thrown<TimeoutError>([] { (void)running().future.exception(0s); });
  thrown<CancelledError>([] { (void)cancelled().future.exception(0s); });
  thrown<CancelledError>([] { (void)cancelled_and_seen_by_the_worker().future.exception(0s); });
  EXPECT_EQ(finished().future.exception(0s), nullptr);
  EXPECT_TRUE(is_a<std::out_of_range>(failed().future.exception(0s)));
}

// conformance: 16
TEST(FutureResult, that_blocks_is_woken_by_the_value) {
  Pair pair = running();
  int seen = 0;
  Caller caller([&] { seen = pair.future.result(); });
  ASSERT_TRUE(caller.until_blocked());
  EXPECT_FALSE(caller.returned());
  pair.promise.set_value(7);
  caller.join();
  EXPECT_EQ(seen, 7);
}

// conformance: 17, 200
TEST(FutureResult, that_blocks_is_woken_by_cancel) {
  for (const bool timed : {false, true}) {
    Pair pair = pending();
    Caller caller([&] {
      thrown<CancelledError>(
          [&] { (void)(timed ? pair.future.result(1h) : pair.future.result()); });
    });
    ASSERT_TRUE(caller.until_blocked());
    EXPECT_TRUE(pair.future.cancel());
    caller.join();
  }
}

// conformance: 19
TEST(FutureException, that_blocks_is_woken_by_failure) {
  Pair pair = running();
  std::exception_ptr seen;
  Caller caller([&] { seen = pair.future.exception(); });
  ASSERT_TRUE(caller.until_blocked());
  pair.promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  caller.join();
  ASSERT_NE(seen, nullptr);
  EXPECT_TRUE(is_a<std::out_of_range>(seen));
}

TEST(FutureWait, blocks_until_done_and_never_throws_what_the_task_threw) {
  Pair pair = running();
  EXPECT_FALSE(pair.future.wait(0s));
  EXPECT_FALSE(pair.future.wait(-1s));
  EXPECT_FALSE(pair.future.wait(1ms));
  Caller caller([&] { pair.future.wait(); });
  ASSERT_TRUE(caller.until_blocked());
  pair.promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  caller.join();
  EXPECT_TRUE(pair.future.wait(0s));
  check_failed<std::out_of_range>(pair.future);

  Pair gone = cancelled();
  gone.future.wait();
  EXPECT_TRUE(gone.future.wait(0s));
}

// behaviour: 3
TEST(FutureResult, that_times_out_leaves_the_future_unchanged) {
  Pair pair = running();
  thrown<TimeoutError>([&] { (void)pair.future.result(2ms); });
  check_running(pair.future);
  pair.promise.set_value(3);
  EXPECT_EQ(pair.future.result(), 3);
}

// conformance: 199
TEST(FutureTimeouts, of_any_size_and_type_do_not_overflow) {
  using Seconds = std::chrono::duration<double>;
  using Whole = std::chrono::duration<long long>;
  Pair pair = running();
  const auto lapses = [&](auto timeout) {
    thrown<TimeoutError>([&] { (void)pair.future.result(timeout); });
    EXPECT_FALSE(pair.future.wait(timeout));
  };
  lapses(0s);
  lapses(-1s);
  lapses(std::chrono::nanoseconds::min());
  lapses(std::chrono::hours::min());
  lapses(Whole::min());
  lapses(Seconds(-0.5));
  lapses(Seconds(-std::numeric_limits<double>::infinity()));
  lapses(Seconds(std::numeric_limits<double>::lowest()));
  lapses(std::chrono::duration<int, std::micro>(5));
  lapses(std::chrono::duration<float>(0.001F));

  const auto is_long = [](auto timeout) {
    Pair other = running();
    Caller caller([&] { EXPECT_EQ(other.future.result(timeout), 1); });
    EXPECT_TRUE(caller.until_blocked());
    EXPECT_FALSE(caller.returned());
    other.promise.set_value(1);
  };
  is_long(std::chrono::nanoseconds::max());
  is_long(std::chrono::hours::max());
  is_long(Whole::max());
  is_long(Seconds(std::numeric_limits<double>::infinity()));
  is_long(Seconds(std::numeric_limits<double>::max()));
}

// conformance: 199
TEST(FutureTimeouts, that_are_no_number_do_not_block_for_ever) {
  const std::chrono::duration<double> nan(std::numeric_limits<double>::quiet_NaN());
  EXPECT_ANY_THROW((void)running().future.result(nan));
}

// behaviour: 7
TEST(FutureHandle, that_is_empty_throws_at_every_use) {
  const Future<int> empty;
  EXPECT_FALSE(empty.valid());
  thrown<InvalidStateError>([&] { (void)empty.done(); });
  thrown<InvalidStateError>([&] { (void)empty.running(); });
  thrown<InvalidStateError>([&] { (void)empty.cancelled(); });
  thrown<InvalidStateError>([&] { (void)empty.cancel(); });
  thrown<InvalidStateError>([&] { (void)empty.request_stop(); });
  thrown<InvalidStateError>([&] { empty.wait(); });
  thrown<InvalidStateError>([&] { (void)empty.wait(0s); });
  thrown<InvalidStateError>([&] { (void)empty.result(); });
  thrown<InvalidStateError>([&] { (void)empty.result(0s); });
  thrown<InvalidStateError>([&] { (void)empty.take(); });
  thrown<InvalidStateError>([&] { (void)empty.take(0s); });
  thrown<InvalidStateError>([&] { (void)empty.exception(); });
  thrown<InvalidStateError>([&] { (void)empty.exception(0s); });
  thrown<InvalidStateError>([&] { empty.add_done_callback([](Future<int>) {}); });
  thrown<InvalidStateError>([&] { (void)Future<int>().result(); });
  thrown<InvalidStateError>([&] { (void)AnyFuture().done(); });
}

TEST(FutureHandle, that_was_moved_from_is_empty) {
  Pair pair = finished();
  const Future<int> there = std::move(pair.future);
  EXPECT_TRUE(there.valid());
  EXPECT_FALSE(
      pair.future.valid());  // NOLINT(bugprone-use-after-move): what it is then is promised
  EXPECT_EQ(there.result(), 42);
}

// conformance: 22
TEST(FutureStates, are_seen_consistently_by_many_readers) {
  for (int round = 0; round < 500; ++round) {
    Pair pair;
    {
      std::vector<std::jthread> readers;
      for (int i = 0; i < 4; ++i) {
        readers.emplace_back([&future = pair.future, cancels = i == 3] {
          if (cancels) {
            future.cancel();
          }
          while (!future.done()) {
            std::this_thread::yield();
          }
          // Done is final, and what was said first stays true.
          const bool was_cancelled = future.cancelled();
          EXPECT_FALSE(future.running());
          EXPECT_EQ(future.cancelled(), was_cancelled);
          if (was_cancelled) {
            thrown<CancelledError>([&] { (void)future.result(); });
          } else {
            EXPECT_EQ(future.result(), 5);
            EXPECT_EQ(future.exception(), nullptr);
          }
        });
      }
      if (pair.promise.set_running_or_notify_cancel()) {
        pair.promise.set_value(5);
      }
    }
    EXPECT_TRUE(pair.future.done());
  }
}

// conformance: 9
TEST(FutureStates, can_be_printed) {
  const auto print = [](const auto& future) -> std::string {
    std::ostringstream text;
    text << future;
    return text.str();
  };
  EXPECT_TRUE(holds(print(pending().future), "pending"));
  EXPECT_TRUE(holds(print(running().future), "running"));
  EXPECT_TRUE(holds(print(cancelled().future), "cancelled"));
  EXPECT_EQ(print(cancelled().future).substr(0, 10),
            print(cancelled_and_seen_by_the_worker().future).substr(0, 10));
  EXPECT_TRUE(holds(print(finished().future), "finished returned int"));
  EXPECT_TRUE(holds(print(failed().future), "finished raised std::"));
  EXPECT_EQ(print(fanout::Future<int>()), "<Future empty>");
}

}  // namespace
}  // namespace fanout::test
