// SPDX-License-Identifier: MIT
// Schedule: a queue, a timed queue, two buckets and a pause.
#include "schedule.hpp"

#include <algorithm>
#include <utility>

namespace fanout::cli::llm {

Schedule::Schedule(const Limits& limits, Time now)
    : max_in_flight_(limits.max_in_flight),
      most_in_flight_(limits.max_in_flight),
      requests_(limits.requests_per_minute, now),
      tokens_(limits.tokens_per_minute, now) {}

void Schedule::add(CallPtr call) {
  bytes_ += call->bytes();
  ready_.push_back(std::move(call));
}

void Schedule::add_later(CallPtr call, Time when) {
  bytes_ += call->bytes();
  retries_.emplace(when, std::move(call));
}

const Call* Schedule::next(Time now) const {
  if (!retries_.empty() && retries_.begin()->first <= now) return retries_.begin()->second.get();
  return ready_.empty() ? nullptr : ready_.front().get();
}

CallPtr Schedule::take_next(Time now) {
  CallPtr call;
  if (!retries_.empty() && retries_.begin()->first <= now) {
    call = std::move(retries_.begin()->second);
    retries_.erase(retries_.begin());
  } else {
    call = std::move(ready_.front());
    ready_.pop_front();
  }
  bytes_ -= call->bytes();
  return call;
}

Schedule::Time Schedule::allowed_at(const Call& call, Time now) {
  const auto tokens = static_cast<double>(call.request.tokens);
  return std::max({paused_until_, requests_.available(1, now), tokens_.available(tokens, now)});
}

CallPtr Schedule::start(Time now) {
  if (in_flight_ >= most_in_flight_) return nullptr;
  const Call* call = next(now);
  if (call == nullptr || allowed_at(*call, now) > now) return nullptr;
  requests_.take(1, now);
  tokens_.take(static_cast<double>(call->request.tokens), now);
  ++in_flight_;
  return take_next(now);
}

std::optional<Schedule::Time> Schedule::next_start(Time now) {
  if (in_flight_ >= most_in_flight_) return std::nullopt;
  if (const Call* call = next(now)) return allowed_at(*call, now);
  if (retries_.empty()) return std::nullopt;
  return std::max(paused_until_, retries_.begin()->first);
}

void Schedule::finish(const Call& call, std::optional<std::uint64_t> tokens) {
  --in_flight_;
  if (tokens)
    tokens_.correct(static_cast<double>(call.request.tokens), static_cast<double>(*tokens));
}

void Schedule::slow_down(const Call& call, Time now, Time until) {
  paused_until_ = std::max(paused_until_, until);
  if (slowed_at_ && call.last_start <= *slowed_at_) return;
  slowed_at_ = now;
  most_in_flight_ = std::max(1, most_in_flight_ / 2);
}

void Schedule::succeed() { most_in_flight_ = std::min(max_in_flight_, most_in_flight_ + 1); }

std::vector<CallPtr> Schedule::drop_all() {
  std::vector<CallPtr> dropped;
  for (auto& [when, call] : retries_) dropped.push_back(std::move(call));
  for (CallPtr& call : ready_) dropped.push_back(std::move(call));
  retries_.clear();
  ready_.clear();
  bytes_ = 0;
  return dropped;
}

}  // namespace fanout::cli::llm
