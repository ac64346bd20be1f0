// SPDX-License-Identifier: MIT
// The retry policy: pure functions of what happened, the clock and a random number.
#include "retry.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <string>

#include <curl/curl.h>

namespace fanout::cli::http {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::string_view trimmed(std::string_view value) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
  return value;
}

// A number too long to read is a wait too long to make.
constexpr seconds century{3'155'760'000};

// Some servers send a fraction.
std::optional<milliseconds> parse_milliseconds(std::string_view value) {
  value = trimmed(value);
  double count = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), count);
  if (result.ec == std::errc::invalid_argument || result.ptr != value.data() + value.size() ||
      !(count >= 0)) {
    return std::nullopt;
  }
  const std::chrono::duration<double, std::milli> wait(count);
  if (result.ec != std::errc() || wait > century) return century;
  return std::chrono::ceil<milliseconds>(wait);
}

}  // namespace

std::optional<milliseconds> RetryPolicy::wait_before_retry(
    int attempts, const Response& response, double random,
    std::chrono::system_clock::time_point now) const {
  if (attempts > retries || !worth_retrying(response)) return std::nullopt;
  const auto asked = asked_wait(response, now);
  if (asked && *asked > longest_retry_after) return std::nullopt;
  return asked ? asked : backoff(attempts, random);
}

bool RetryPolicy::worth_retrying(const Response& response) const {
  if (api_manners && response.error.empty() && !response.ok()) {
    if (response.should_retry == "true") return true;
    if (response.should_retry == "false") return false;
    if (response.status == 409) return true;
  }
  return http::worth_retrying(response);
}

std::optional<milliseconds> RetryPolicy::asked_wait(
    const Response& response, std::chrono::system_clock::time_point now) const {
  if (api_manners && response.retry_after_ms) {
    if (const auto wait = parse_milliseconds(*response.retry_after_ms)) return wait;
  }
  if (!response.retry_after) return std::nullopt;
  return parse_retry_after(*response.retry_after, now);
}

milliseconds RetryPolicy::backoff(int attempts, double random) const {
  milliseconds wait = std::min(first_wait, longest_wait);
  for (int i = 1; i < attempts && wait < longest_wait; ++i) wait = std::min(2 * wait, longest_wait);
  return std::chrono::round<milliseconds>(wait * (1.0 - 0.25 * random));
}

bool worth_retrying(const Response& response) {
  if (!response.error.empty()) return response.passing();
  return response.status == 408 || response.status == 429 ||
         (response.status >= 500 && response.status < 600);
}

std::optional<seconds> parse_retry_after(std::string_view value,
                                         std::chrono::system_clock::time_point now) {
  value = trimmed(value);
  if (value.empty()) return std::nullopt;

  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::ranges::all_of(value, is_digit)) {
    long count = 0;
    const auto result = std::from_chars(value.data(), value.data() + value.size(), count);
    return result.ec == std::errc() ? std::min(seconds(count), century) : century;
  }
  // curl's parser also takes much that is no date of HTTP ("-5", "1.5"); every form HTTP allows
  // starts with the name of a weekday.
  if (is_digit(value.front()) || value.front() == '-' || value.front() == '+') return std::nullopt;
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  const auto wait = std::chrono::ceil<seconds>(std::chrono::system_clock::from_time_t(date) - now);
  return std::max(wait, seconds(0));
}

double random_fraction() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::string reason(const Response& response) {
  if (!response.error.empty()) return response.error;
  std::string text = "HTTP " + std::to_string(response.status);
  if (response.retry_after && worth_retrying(response)) {
    text += ", Retry-After: " + *response.retry_after;
  }
  return text;
}

}  // namespace fanout::cli::http
