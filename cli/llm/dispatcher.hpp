// SPDX-License-Identifier: MIT
// Asks a language model: a pool of workers that only ever run requests, never wait for a retry.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <fanout/future.hpp>
#include <fanout/thread_pool_executor.hpp>

#include "../doorbell.hpp"
#include "../event.hpp"
#include "../http/client.hpp"
#include "../http/retry.hpp"
#include "endpoint.hpp"
#include "request.hpp"
#include "schedule.hpp"

namespace fanout::cli::llm {

// A call is to be tried again.
struct RetryNotice {
  std::string id;
  Failure failure;
  std::string message;
  int attempts;  // made so far
  std::chrono::milliseconds wait;
};

struct DispatcherOptions {
  Endpoint endpoint;
  http::ClientOptions client;
  http::RetryPolicy retry{.api_manners = true};
  int schema_retries = 2;
  Limits limits;
  std::function<void(const RetryNotice&)> on_retry{};  // called by any worker
};

// submit() gives a future at once, as an executor's does:
//
//   Dispatcher dispatcher(options, stop);
//   std::vector<Future<Answer>> futures;
//   for (Request& request : requests) futures.push_back(dispatcher.submit(std::move(request)));
//   for (auto& future : futures) use(future.result());
//
// The pool has as many workers as calls may be in flight. A call between two attempts is in the
// schedule, not in a worker. A thread of its own starts what has become due.
//
// Futures never fail: what goes wrong is in the Answer. Once `stop` asks to drain, what has not
// started or waits for a retry is answered as dropped. What makes every further call pointless (the
// key is refused, the quota used up, the server nowhere) asks to drain, too, and is told by
// fatal(). All members may be called by any thread.
class Dispatcher {
 public:
  Dispatcher(DispatcherOptions options, Stop& stop);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  ~Dispatcher();  // waits

  Future<Answer> submit(Request request);

  // Blocks while enough calls wait to keep all workers busy, or while those that wait for a retry
  // take more memory than they should. For callers who have more requests than memory.
  void wait_for_room();

  // Blocks until every call has its answer and the callbacks of these have returned.
  void wait();

  std::string fatal() const;  // why the run has ended early; empty: it has not

 private:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;
  using milliseconds = std::chrono::milliseconds;

  void keep_time();
  void start_what_may(Time now);  // the lock is held
  void run(Call* owned);
  void settle(CallPtr call, const http::Response& response, Answer answer);
  std::optional<milliseconds> wait_before_retry(Call& call, const http::Response& response,
                                                Failure failure) const;
  void end_run_if_pointless(const Call& call, Answer& answer);  // the lock is held
  void deliver(CallPtr call, Answer answer);
  void drop(std::vector<CallPtr> calls);
  bool has_room() const;

  const DispatcherOptions options_;
  Stop& stop_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Schedule schedule_;
  std::size_t unanswered_ = 0;
  std::optional<Time> answered_at_;    // when a server last said anything
  std::optional<Time> planned_start_;  // for which the timekeeper sleeps
  std::string fatal_;
  bool closing_ = false;

  Doorbell doorbell_;
  ThreadPoolExecutor pool_;
  std::thread timekeeper_;
};

}  // namespace fanout::cli::llm
