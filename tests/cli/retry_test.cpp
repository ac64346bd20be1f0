// SPDX-License-Identifier: MIT
// The retry policy, with the clock and the random number in the test's hand.
#include "http/retry.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace fanout::cli::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::system_clock;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of the HTTP standard.
constexpr system_clock::time_point now{784'111'777s};

Response with_status(long status) {
  Response response;
  response.status = status;
  return response;
}

Response with_error(bool passing) {
  Response response;
  response.error = "no answer";
  response.trouble = passing ? Trouble::connection : Trouble::other;
  return response;
}

Response asking(const std::string& retry_after) {
  Response response = with_status(503);
  response.retry_after = retry_after;
  return response;
}

TEST(Retry, TimeoutsTooManyRequestsAndServerErrorsAreWorthIt) {
  for (const long status : {408, 429, 500, 502, 503, 504, 599}) {
    EXPECT_TRUE(worth_retrying(with_status(status))) << status;
  }
  for (const long status : {100, 200, 204, 301, 304, 400, 401, 404, 407, 410, 428, 430, 600}) {
    EXPECT_FALSE(worth_retrying(with_status(status))) << status;
  }
}

TEST(Retry, AnErrorOfTheConnectionIsWorthItAndAnyOtherIsNot) {
  EXPECT_TRUE(worth_retrying(with_error(true)));
  EXPECT_FALSE(worth_retrying(with_error(false)));

  Response full_disk = with_status(503);
  full_disk.error = "cannot write";
  EXPECT_FALSE(worth_retrying(full_disk)) << "the error outweighs the status";
}

TEST(Retry, TheWaitDoublesUpToItsLimit) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.backoff(1, 0), 500ms);
  EXPECT_EQ(policy.backoff(2, 0), 1000ms);
  EXPECT_EQ(policy.backoff(3, 0), 2000ms);
  EXPECT_EQ(policy.backoff(4, 0), 4000ms);
  EXPECT_EQ(policy.backoff(5, 0), 8000ms);
  EXPECT_EQ(policy.backoff(6, 0), 8000ms);
  EXPECT_EQ(policy.backoff(1'000'000, 0), 8000ms) << "and never overflows";
}

TEST(Retry, ChanceShortensTheWaitByAtMostAQuarter) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.backoff(2, 0.5), 875ms);
  EXPECT_EQ(policy.backoff(5, 0.999999), 6000ms);
}

TEST(Retry, AFirstWaitAboveTheLimitIsTheLimit) {
  const RetryPolicy policy{.first_wait = 60s, .longest_wait = 1s};
  EXPECT_EQ(policy.backoff(1, 0), 1000ms);
}

TEST(Retry, TheAttemptsEnd) {
  const RetryPolicy policy{.retries = 2};
  EXPECT_EQ(policy.wait_before_retry(1, with_status(500), 0, now), 500ms);
  EXPECT_EQ(policy.wait_before_retry(2, with_status(500), 0, now), 1000ms);
  EXPECT_EQ(policy.wait_before_retry(3, with_status(500), 0, now), std::nullopt);
  EXPECT_EQ(RetryPolicy{.retries = 0}.wait_before_retry(1, with_status(500), 0, now), std::nullopt);
}

TEST(Retry, WhatIsNotWorthItIsNotTriedAgain) {
  const RetryPolicy policy{.retries = 5};
  EXPECT_EQ(policy.wait_before_retry(1, with_status(404), 0, now), std::nullopt);
  EXPECT_EQ(policy.wait_before_retry(1, with_error(false), 0, now), std::nullopt);
}

TEST(Retry, TheServersWishReplacesTheBackoff) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.wait_before_retry(1, asking("7"), 0.5, now), 7s);
  EXPECT_EQ(policy.wait_before_retry(1, asking("0"), 0.5, now), 0s);
  EXPECT_EQ(policy.wait_before_retry(1, asking("120"), 0.5, now), 120s);
  EXPECT_EQ(policy.wait_before_retry(1, asking("Sun, 06 Nov 1994 08:50:07 GMT"), 0, now), 30s);
  EXPECT_EQ(policy.wait_before_retry(1, asking("soon"), 0, now), 500ms) << "nonsense is no wish";
}

TEST(Retry, AWishBeyondTheLimitEndsTheAttempts) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.wait_before_retry(1, asking("121"), 0, now), std::nullopt);
  EXPECT_EQ(policy.wait_before_retry(1, asking("Mon, 07 Nov 1994 08:49:37 GMT"), 0, now),
            std::nullopt);
  EXPECT_EQ(policy.wait_before_retry(1, asking("99999999999999999999999"), 0, now), std::nullopt);
}

TEST(ApiManners, AConflictIsWorthIt) {
  EXPECT_TRUE(RetryPolicy{.api_manners = true}.worth_retrying(with_status(409)));
  EXPECT_FALSE(RetryPolicy().worth_retrying(with_status(409)));
}

TEST(ApiManners, TheServerMayDecide) {
  const RetryPolicy policy{.api_manners = true};
  Response response = with_status(400);
  response.should_retry = "true";
  EXPECT_TRUE(policy.worth_retrying(response));
  EXPECT_FALSE(RetryPolicy().worth_retrying(response));
  response = with_status(500);
  response.should_retry = "false";
  EXPECT_FALSE(policy.worth_retrying(response));
  response.should_retry = "perhaps";
  EXPECT_TRUE(policy.worth_retrying(response));
}

TEST(ApiManners, MillisecondsComeBeforeSeconds) {
  const RetryPolicy policy{.api_manners = true};
  Response response = asking("7");
  response.retry_after_ms = " 1500 ";
  EXPECT_EQ(policy.wait_before_retry(1, response, 0, now), 1500ms);
  EXPECT_EQ(RetryPolicy().wait_before_retry(1, response, 0, now), 7s);
  response.retry_after_ms = "0.5";
  EXPECT_EQ(policy.wait_before_retry(1, response, 0, now), 1ms) << "rounded up";
  response.retry_after_ms = "120001";
  EXPECT_EQ(policy.wait_before_retry(1, response, 0, now), std::nullopt);
  for (const char* nonsense : {"", "soon", "-1", "5ms", "nan"}) {
    response.retry_after_ms = nonsense;
    EXPECT_EQ(policy.wait_before_retry(1, response, 0, now), 7s) << nonsense;
  }
}

TEST(RetryAfter, SecondsAreRead) {
  EXPECT_EQ(parse_retry_after("0", now), 0s);
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after(" \t5 ", now), 5s);
  EXPECT_GT(parse_retry_after("99999999999999999999999", now), seconds(std::chrono::years(99)));
}

TEST(RetryAfter, AllThreeFormsOfADateAreRead) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", now), 3s);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:40 GMT", now), 3s);
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:40 1994", now), 3s);
}

TEST(RetryAfter, AFractionOfASecondIsWaitedInFull) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", now + 1ms), 3s);
}

TEST(RetryAfter, ADateInThePastIsNoWait) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), 0s);
}

TEST(RetryAfter, NonsenseIsNothing) {
  for (const char* value : {"", " ", "-5", "+5", "1.5", "5 minutes", "soon", "0x10"}) {
    EXPECT_EQ(parse_retry_after(value, now), std::nullopt) << value;
  }
}

TEST(Reason, SaysWhatTheServerSaid) {
  EXPECT_EQ(reason(with_status(404)), "HTTP 404");
  EXPECT_EQ(reason(asking("3600")), "HTTP 503, Retry-After: 3600");
  EXPECT_EQ(reason(with_error(true)), "no answer");
}

}  // namespace
}  // namespace fanout::cli::http
