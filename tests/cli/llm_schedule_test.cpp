// SPDX-License-Identifier: MIT
// The limits of a run, with the clock in the test's hand.
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "llm/schedule.hpp"

namespace fanout::cli::llm {
namespace {

using namespace std::chrono_literals;
using Time = Schedule::Time;

const Time start_of_time{1000h};

CallPtr call(const std::string& id, std::uint64_t tokens = 0) {
  Request request;
  request.id = id;
  request.tokens = tokens;
  auto call = std::make_unique<Call>(std::move(request));
  call->promise.set_value(
      Answer());  // A schedule never looks at it, and a broken one would be reported.
  return call;
}

// Starts everything that may start.
std::vector<CallPtr> start_all(Schedule& schedule, Time now) {
  std::vector<CallPtr> started;
  while (CallPtr next = schedule.start(now)) {
    next->last_start = now;
    started.push_back(std::move(next));
  }
  return started;
}

std::string ids(const std::vector<CallPtr>& calls) {
  std::string text;
  for (const CallPtr& each : calls) text += each->request.id;
  return text;
}

// How many calls a schedule starts in `duration` if each takes no time at all, asked only when the
// schedule says that it is worth asking.
std::size_t count_started(Schedule& schedule, Time now, std::chrono::seconds duration) {
  const Time end = now + duration;
  std::size_t count = 0;
  while (now < end) {
    for (const CallPtr& each : start_all(schedule, now)) {
      schedule.finish(*each, std::nullopt);
      ++count;
    }
    const auto next = schedule.next_start(now);
    if (!next) break;
    EXPECT_GT(*next, now) << "it would have started at once";
    now = *next;
  }
  return count;
}

TEST(Schedule, StartsInOrderUpToWhatMayBeInFlight) {
  Schedule schedule({.max_in_flight = 2}, start_of_time);
  for (const char* id : {"a", "b", "c"}) schedule.add(call(id));
  const auto first = start_all(schedule, start_of_time);
  EXPECT_EQ(ids(first), "ab");
  EXPECT_EQ(schedule.next_start(start_of_time), std::nullopt) << "not before one has finished";
  schedule.finish(*first[0], std::nullopt);
  EXPECT_EQ(ids(start_all(schedule, start_of_time)), "c");
  EXPECT_EQ(schedule.in_flight(), 2);
}

TEST(Schedule, ARetryStartsWhenItIsDueAndBeforeWhatIsNew) {
  Schedule schedule({.max_in_flight = 9}, start_of_time);
  schedule.add_later(call("late"), start_of_time + 2s);
  schedule.add_later(call("soon"), start_of_time + 1s);
  EXPECT_TRUE(start_all(schedule, start_of_time).empty());
  EXPECT_EQ(schedule.next_start(start_of_time), start_of_time + 1s);
  schedule.add(call("new"));
  EXPECT_EQ(ids(start_all(schedule, start_of_time + 1s)), "soonnew");
  EXPECT_EQ(ids(start_all(schedule, start_of_time + 2s)), "late");
}

TEST(Schedule, WaitingForARetryIsNotBeingInFlight) {
  Schedule schedule({.max_in_flight = 1}, start_of_time);
  for (int i = 0; i < 1000; ++i) schedule.add_later(call("r"), start_of_time + 1h);
  schedule.add(call("a"));
  EXPECT_EQ(ids(start_all(schedule, start_of_time)), "a");
  EXPECT_EQ(schedule.waiting(), 1000u);
  EXPECT_EQ(schedule.in_flight(), 1);
}

TEST(Schedule, NoMinuteHasMoreRequestsThanTheLimitAndASecondsWorth) {
  Schedule schedule({.max_in_flight = 1000, .requests_per_minute = 600}, start_of_time);
  for (int i = 0; i < 5000; ++i) schedule.add(call("r"));
  const std::size_t first_minute = count_started(schedule, start_of_time, 60s);
  EXPECT_LE(first_minute, 610u);
  EXPECT_GE(first_minute, 600u);
  const std::size_t second_minute = count_started(schedule, start_of_time + 60s, 60s);
  EXPECT_LE(second_minute, 601u);
  EXPECT_GE(second_minute, 599u);
}

TEST(Schedule, AnIdleMinuteIsNotSavedUp) {
  Schedule schedule({.max_in_flight = 1000, .requests_per_minute = 600}, start_of_time);
  for (int i = 0; i < 5000; ++i) schedule.add(call("r"));
  EXPECT_EQ(start_all(schedule, start_of_time + 10min).size(), 10u);
}

TEST(Schedule, LessThanOneASecondIsSpreadOverTheMinute) {
  Schedule schedule({.max_in_flight = 10, .requests_per_minute = 6}, start_of_time);
  for (int i = 0; i < 3; ++i) schedule.add(call("r"));
  EXPECT_EQ(start_all(schedule, start_of_time).size(), 1u);
  EXPECT_EQ(schedule.next_start(start_of_time), start_of_time + 10s);
}

TEST(Schedule, TokensAMinuteAreKeptEvenByCallsLargerThanASecondsWorth) {
  Schedule schedule({.max_in_flight = 100, .tokens_per_minute = 60'000}, start_of_time);
  for (int i = 0; i < 100; ++i) schedule.add(call("r", 4000));
  EXPECT_EQ(count_started(schedule, start_of_time, 60s), 15u);  // one every four seconds
}

TEST(Schedule, AnEstimateIsPutRightByWhatTheServerCounted) {
  Schedule schedule({.max_in_flight = 100, .tokens_per_minute = 60'000}, start_of_time);
  for (int i = 0; i < 2; ++i) schedule.add(call("r", 4000));
  const auto first = start_all(schedule, start_of_time);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(schedule.next_start(start_of_time), start_of_time + 4s);
  schedule.finish(*first[0], 1000);
  EXPECT_EQ(schedule.next_start(start_of_time), start_of_time + 1s);
}

TEST(Schedule, NothingStartsDuringAPause) {
  Schedule schedule({.max_in_flight = 8}, start_of_time);
  for (int i = 0; i < 8; ++i) schedule.add(call("r"));
  const CallPtr refused = schedule.start(start_of_time);
  schedule.finish(*refused, std::nullopt);
  schedule.slow_down(*refused, start_of_time + 1s, start_of_time + 31s);
  EXPECT_EQ(schedule.start(start_of_time + 30s), nullptr);
  EXPECT_EQ(schedule.next_start(start_of_time + 1s), start_of_time + 31s);
  EXPECT_EQ(start_all(schedule, start_of_time + 31s).size(), 4u) << "half as many at a time";
}

TEST(Schedule, ManyRefusalsOfOneBurstHalveOnce) {
  Schedule schedule({.max_in_flight = 64}, start_of_time);
  for (int i = 0; i < 64; ++i) schedule.add(call("r"));
  for (const CallPtr& each : start_all(schedule, start_of_time)) {
    schedule.finish(*each, std::nullopt);
    schedule.slow_down(*each, start_of_time + 1s, start_of_time + 2s);
  }
  EXPECT_EQ(schedule.most_in_flight(), 32);
  const CallPtr later = call("later");
  later->last_start = start_of_time + 2s;
  schedule.slow_down(*later, start_of_time + 3s, start_of_time + 4s);
  EXPECT_EQ(schedule.most_in_flight(), 16);
}

TEST(Schedule, SuccessBringsBackWhatARefusalTook) {
  Schedule schedule({.max_in_flight = 4}, start_of_time);
  const CallPtr refused = call("r");
  for (auto at = start_of_time; at < start_of_time + 10s; at += 1s) {
    refused->last_start = at + 500ms;
    schedule.slow_down(*refused, at + 600ms, at + 700ms);
  }
  EXPECT_EQ(schedule.most_in_flight(), 1) << "never less than one";
  for (int i = 0; i < 10; ++i) schedule.succeed();
  EXPECT_EQ(schedule.most_in_flight(), 4) << "never more than asked for";
}

TEST(Schedule, CountsTheMemoryOfWhatWaitsAndGivesItUpAtOnce) {
  Schedule schedule({.max_in_flight = 1}, start_of_time);
  schedule.add(call("a"));
  schedule.add(call("b"));
  schedule.add_later(call("c"), start_of_time + 1h);
  const std::size_t bytes = schedule.bytes();
  const CallPtr running = schedule.start(start_of_time);
  EXPECT_EQ(schedule.bytes(), bytes / 3 * 2);
  EXPECT_EQ(ids(schedule.drop_all()), "cb");
  EXPECT_EQ(schedule.bytes(), 0u);
  EXPECT_EQ(schedule.in_flight(), 1);
}

}  // namespace
}  // namespace fanout::cli::llm
