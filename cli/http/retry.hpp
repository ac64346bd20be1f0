// SPDX-License-Identifier: MIT
// When a failed request is worth another attempt, and how long to wait before it.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "response.hpp"

namespace fanout::cli::http {

// Tried again: 408, 429, every 5xx, and errors of the connection. The wait doubles from
// `first_wait` up to `longest_wait`, shortened at random by up to a quarter so that clients which
// failed together do not come back together. A Retry-After of the server replaces it; one beyond
// `longest_retry_after` ends the attempts, since coming back earlier than asked is no use to either
// side. With `api_manners` 409 is tried again, too, x-should-retry decides where it is there, and
// retry-after-ms comes before Retry-After: what the APIs of language models have agreed on.
//
//   RetryPolicy policy{.retries = 2};
//   auto wait = policy.wait_before_retry(attempts, response, random, system_clock::now());
//   if (!wait) give_up();
struct RetryPolicy {
  int retries = 2;
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds longest_wait{8000};
  std::chrono::seconds longest_retry_after{120};
  bool api_manners = false;

  // `attempts` counts those made so far, `random` lies in [0, 1), `now` is what a date is measured
  // against. Nothing: the response stands.
  std::optional<std::chrono::milliseconds> wait_before_retry(
      int attempts, const Response& response, double random,
      std::chrono::system_clock::time_point now) const;

  // Could another attempt end differently, whatever their number?
  bool worth_retrying(const Response& response) const;

  // What the server asks for; nothing where it does not, or not legibly.
  std::optional<std::chrono::milliseconds> asked_wait(
      const Response& response, std::chrono::system_clock::time_point now) const;

  std::chrono::milliseconds backoff(int attempts, double random) const;
};

// For the jitter: uniform in [0, 1), with a generator of each thread's own.
double random_fraction();

// An error of the connection, 408, 429 or 5xx.
bool worth_retrying(const Response& response);

// The value of a Retry-After header: seconds, or a date, of which the past means no wait at all.
// Nothing where it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now);

}  // namespace fanout::cli::http
