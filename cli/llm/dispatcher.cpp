// SPDX-License-Identifier: MIT
// Dispatcher: the way of a call from submit through its attempts to its answer.
#include "dispatcher.hpp"

#include <exception>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "judge.hpp"

namespace fanout::cli::llm {
namespace {

// What may wait for retries before no more input is read.
constexpr std::size_t most_bytes_waiting = 64 << 20;

http::ClientOptions with_headers(http::ClientOptions client, const Secret& key) {
  client.headers.emplace_back("Content-Type: application/json");
  client.headers.emplace_back("Expect:");  // Nobody waits a second before sending a long prompt.
  if (!key.empty()) client.headers.push_back(key.authorization());
  client.sink_failures = true;
  client.follow_redirects = false;  // A key is for the server that it was given to.
  return client;
}

DispatcherOptions with_headers(DispatcherOptions options) {
  options.client = with_headers(std::move(options.client), options.endpoint.key);
  return options;
}

// A model with a fixed seed answers the same question in the same wrong way again.
void move_seed(Request& request) {
  Json body = parse_json(request.body);
  const Json& seed = member(body, "seed");
  if (!seed.is_number_integer()) return;
  body["seed"] = (seed.get<std::int64_t>() + 1'000'003) & 0x7fff'ffff;
  request.body = to_text(body);
}

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, Stop& stop)
    : options_(with_headers(std::move(options))),
      stop_(stop),
      schedule_(options_.limits, Clock::now()),
      pool_({.max_workers = options_.limits.max_in_flight, .thread_name_prefix = "llm"}),
      timekeeper_([this] { keep_time(); }) {}

Dispatcher::~Dispatcher() {
  wait();
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  doorbell_.ring();
  timekeeper_.join();
}

Future<Answer> Dispatcher::submit(Request request) {
  auto call = std::make_unique<Call>(std::move(request));
  Future<Answer> future = call->promise.get_future();
  const std::scoped_lock lock(mutex_);
  ++unanswered_;
  schedule_.add(std::move(call));
  // Once stopped, nothing starts any more: the timekeeper drops what still comes.
  if (stop_.drain.is_set()) doorbell_.ring();
  start_what_may(Clock::now());
  return future;
}

bool Dispatcher::has_room() const {
  return stop_.drain.is_set() ||
         (schedule_.ready() < static_cast<std::size_t>(options_.limits.max_in_flight) &&
          schedule_.bytes() < most_bytes_waiting);
}

void Dispatcher::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return has_room(); });
}

void Dispatcher::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return unanswered_ == 0; });
}

std::string Dispatcher::fatal() const {
  const std::scoped_lock lock(mutex_);
  return fatal_;
}

void Dispatcher::keep_time() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (stop_.drain.is_set()) {
      auto dropped = schedule_.drop_all();
      lock.unlock();
      drop(std::move(dropped));
      changed_.notify_all();
      doorbell_.wait(nullptr, std::nullopt);  // The event is set for good: it would end every wait.
    } else {
      start_what_may(Clock::now());
      const auto until = planned_start_ = schedule_.next_start(Clock::now());
      lock.unlock();
      doorbell_.wait(&stop_.drain, until);
    }
    lock.lock();
  }
}

void Dispatcher::start_what_may(Time now) {
  while (!stop_.drain.is_set()) {
    CallPtr call = schedule_.start(now);
    if (!call) break;
    call->last_start = now;
    if (call->attempts == 0) call->first_start = now;
    try {
      // Its future is of no use: the promise tells what became of it.
      static_cast<void>(pool_.submit(&Dispatcher::run, this, call.get()));
      static_cast<void>(call.release());  // the worker's from here on
    } catch (const std::exception& error) {
      // Not even one worker could be started.
      if (fatal_.empty()) fatal_ = error.what();
      schedule_.finish(*call, std::nullopt);
      schedule_.add(std::move(call));
      stop_.ask_to_drain();
    }
  }
  const auto next = schedule_.next_start(now);
  if (next && (!planned_start_ || *next < *planned_start_)) doorbell_.ring();
}

void Dispatcher::run(Call* owned) {
  CallPtr call(owned);
  ++call->attempts;
  http::Response response;
  Answer answer;
  try {
    thread_local http::Client client(options_.client, stop_.now);  // kept by this worker
    std::string body;
    response = client.post(options_.endpoint.url(call->request.path), call->request.body,
                           [&](std::string_view piece) { body += piece; });
    answer = judge(call->request, response, std::move(body), options_.endpoint.key);
  } catch (const std::exception& error) {
    answer.failure = Failure::transfer_error;
    answer.message = error.what();
  }
  settle(std::move(call), response, std::move(answer));
}

void Dispatcher::settle(CallPtr call, const http::Response& response, Answer answer) {
  std::optional<RetryNotice> notice;
  {
    const std::scoped_lock lock(mutex_);
    const Time now = Clock::now();
    if (response.error.empty()) answered_at_ = now;
    const auto tokens = answer.usage.total();
    schedule_.finish(*call, tokens > 0 ? std::optional(tokens) : std::nullopt);
    call->usage += answer.usage;
    if (answer.ok()) schedule_.succeed();

    auto wait = wait_before_retry(*call, response, answer.failure);
    if (answer.failure == Failure::rate_limited) {
      const auto pause = wait.value_or(options_.retry.backoff(call->attempts, 0));
      schedule_.slow_down(*call, now, now + pause);
    }
    if (!wait) end_run_if_pointless(*call, answer);
    if (wait && stop_.drain.is_set()) {
      answer.failure = Failure::dropped;
    } else if (wait) {
      notice = {call->request.id, answer.failure, answer.message, call->attempts, *wait};
      schedule_.add_later(std::move(call), now + *wait);
    }
    start_what_may(now);
  }
  changed_.notify_all();
  if (call) deliver(std::move(call), std::move(answer));
  if (notice && options_.on_retry) options_.on_retry(*notice);
}

std::optional<std::chrono::milliseconds> Dispatcher::wait_before_retry(
    Call& call, const http::Response& response, Failure failure) const {
  if (worth_asking_again(failure)) {
    if (call.schema_retries == options_.schema_retries) return std::nullopt;
    ++call.schema_retries;
    move_seed(call.request);
    return milliseconds(0);
  }
  if (failure == Failure::insufficient_quota) return std::nullopt;
  return options_.retry.wait_before_retry(call.attempts_for_transport(), response,
                                          http::random_fraction(),
                                          std::chrono::system_clock::now());
}

void Dispatcher::end_run_if_pointless(const Call& call, Answer& answer) {
  const auto& url = options_.endpoint.base_url;
  std::string why;
  if (answer.failure == Failure::insufficient_quota) {
    why = fmt::format("the quota is used up: {}", answer.message);
  } else if (answer.failure == Failure::not_authorized && answer.status == 401) {
    why = options_.endpoint.key.empty()
              ? fmt::format("{} wants a key; set OPENAI_API_KEY ({})", url, answer.message)
              : fmt::format("{} refuses the key in OPENAI_API_KEY ({})", url, answer.message);
  } else if (answer.failure == Failure::unreachable &&
             (!answered_at_ || *answered_at_ < call.first_start)) {
    why = fmt::format("cannot reach {}: {}", url, answer.message);
  } else {
    return;
  }
  if (fatal_.empty()) fatal_ = std::move(why);
  answer.failure = Failure::dropped;  // It is not the request that failed.
  stop_.ask_to_drain();
}

void Dispatcher::deliver(CallPtr call, Answer answer) {
  answer.id = call->request.id;
  answer.attempts = call->attempts;
  answer.schema_retries = call->schema_retries;
  answer.usage = call->usage;
  if (call->attempts > 0) {
    answer.duration = std::chrono::round<milliseconds>(Clock::now() - call->first_start);
  }
  call->promise.set_value(std::move(answer));
  const std::scoped_lock lock(mutex_);
  --unanswered_;
  changed_.notify_all();
}

void Dispatcher::drop(std::vector<CallPtr> calls) {
  for (CallPtr& call : calls) {
    Answer answer;
    answer.failure = Failure::dropped;
    answer.message = "not asked: the run was stopped";
    deliver(std::move(call), std::move(answer));
  }
}

}  // namespace fanout::cli::llm
