// SPDX-License-Identifier: MIT
// A request on its way to its answer: how often it was tried, and who waits for it.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <fanout/promise.hpp>

#include "request.hpp"

namespace fanout::cli::llm {

// Owned by whoever deals with it at the moment: the schedule while it waits, a worker while it
// runs. So nothing in it needs a lock.
struct Call {
  using Time = std::chrono::steady_clock::time_point;

  explicit Call(Request&& asked) : request(std::move(asked)) {}

  Request request;
  Promise<Answer> promise;
  int attempts = 0;
  int schema_retries = 0;
  Usage usage;         // of the attempts so far
  Time first_start{};  // of the first attempt
  Time last_start{};   // of the one that runs, or ran last

  // Attempts that count against the retries: those made again for their shape have their own count.
  int attempts_for_transport() const { return attempts - schema_retries; }

  // What waiting for it costs, roughly.
  std::size_t bytes() const { return request.body.size() + 1024; }
};

using CallPtr = std::unique_ptr<Call>;

}  // namespace fanout::cli::llm
