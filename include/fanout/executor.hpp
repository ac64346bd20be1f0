// SPDX-License-Identifier: MIT
// What all executors have in common: the options, and the concept that names the five words.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include <fanout/detail/chrono.hpp>
#include <fanout/future.hpp>

namespace fanout {

using Seconds = std::chrono::duration<double>;

// For one task: executor.submit({.name = "index", .timeout = 30s}, build_index, path).
struct TaskOptions {
  // What messages and observers call the task; empty: a made-up name.
  std::string name = {};

  // How long the task may run, from its start. When the time is over its stop token is asked and
  // its future fails with TaskTimeoutError at once. A thread cannot be ended from outside: in a
  // thread pool the worker stays occupied until the task returns by itself, and counts as overrun
  // in stats(). Only a process can be freed. NaN makes submit throw std::invalid_argument.
  std::optional<Seconds> timeout = std::nullopt;
};

struct ShutdownOptions {
  bool wait = true;             // return when all tasks are done and the workers are gone
  bool cancel_futures = false;  // cancel what has not started
};

namespace detail {

// A number of things, from any integer type without narrowing complaints; too big means no limit.
class Count {
 public:
  template <std::integral I>
  constexpr Count(I count) noexcept  // NOLINT(google-explicit-constructor): stands for an integer
      : count_(to_signed(count)) {}
  constexpr operator std::int64_t() const noexcept { return count_; }  // NOLINT: as above

 private:
  template <std::integral I>
  static constexpr std::int64_t to_signed(I count) noexcept {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if constexpr (std::is_unsigned_v<I> && sizeof(I) == sizeof(std::int64_t)) {
      return count > static_cast<I>(most) ? most : static_cast<std::int64_t>(count);
    } else {
      return static_cast<std::int64_t>(count);
    }
  }

  std::int64_t count_;
};

}  // namespace detail

struct MapOptions {
  // For the whole iteration, counted from the call of map. When it is over, reading throws
  // TimeoutError, what has not started is cancelled, and the iteration has ended.
  std::optional<Seconds> timeout = std::nullopt;

  // How many elements travel together; only executors whose calls cross a border use it. At least
  // 1.
  detail::Count chunksize = 1;

  // 0: all input is read and submitted at the call. n: never more than n results are submitted and
  // not yet read, input is read as results are (so it may be endless), by the thread that reads
  // them.
  detail::Count buffersize = 0;

  // Results in input order; false: as they complete.
  bool ordered = true;
};

// What can stand for an executor in generic code.
template <class E>
concept Executor = requires(E& executor, int (*fn)(int), ShutdownOptions options) {
  { executor.submit(fn, 1) } -> std::same_as<Future<int>>;
  executor.shutdown(options);
  executor.shutdown();
};

}  // namespace fanout
