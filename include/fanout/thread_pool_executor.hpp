// SPDX-License-Identifier: MIT
// ThreadPoolExecutor: runs callables on a pool of threads and hands out futures for what they
// return.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <fanout/detail/function.hpp>
#include <fanout/detail/saturated.hpp>
#include <fanout/detail/task.hpp>
#include <fanout/executor.hpp>
#include <fanout/future.hpp>
#include <fanout/map.hpp>
#include <fanout/observer.hpp>

namespace fanout {

// What submit does when ThreadPoolOptions::max_pending tasks wait already.
enum class OnFull {
  block,        // waits for a place; ShutdownError if the pool shuts down meanwhile
  reject,       // throws QueueFull
  caller_runs,  // runs the task in the calling thread, before submit returns
};

struct ThreadPoolOptions {
  // At most this many threads. Default: usable CPUs (affinity and cgroup quota) + 4, at most 32.
  // Less than 1 throws std::invalid_argument.
  std::optional<int> max_workers = std::nullopt;

  // Workers are named prefix_0, prefix_1, ... (the operating system's thread names, cut to what it
  // allows). Default: a prefix of its own for each pool.
  std::string thread_name_prefix = {};

  // Runs in every worker before its first task. If it throws, the pool is broken: queued tasks fail
  // with BrokenThreadPool, and later submits throw it.
  std::function<void()> initializer = {};

  // Bound on the tasks that wait for a worker; 0: none.
  std::size_t max_pending = 0;
  OnFull on_full = OnFull::block;

  // Told of every step of every task; not owned, must outlive the pool. Null: nobody.
  Observer* observer = nullptr;
};

// A look at a pool; the numbers are read one after the other while the pool goes on.
struct ThreadPoolStats {
  int workers = 0;              // threads that were started
  int idle = 0;                 // of these, running no task
  std::uint64_t pending = 0;    // tasks not started
  std::uint64_t running = 0;    // tasks started and not finished
  std::uint64_t completed = 0;  // tasks that returned or threw
  int overrun = 0;              // workers whose task is over its time limit and has not returned
};

namespace detail {

class Pool;

// Makes tasks and hands them to the pool, which it keeps alive.
class PoolSubmitter {
 public:
  explicit PoolSubmitter(std::shared_ptr<Pool> pool) noexcept : pool_(std::move(pool)) {}

  Pool& pool() const noexcept { return *pool_; }
  std::shared_ptr<Pool>& shared() noexcept { return pool_; }

  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) const {
    using Traits = CallTraits<Fn, Args...>;
    check_callable<Traits>();
    using F = Future<typename Traits::Result>;
    if constexpr (Traits::plain || Traits::with_token) {
      return enqueue<F>(new Task<std::decay_t<Fn>, std::decay_t<Args>...>(
          false, std::forward<Fn>(fn), std::forward<Args>(args)...));
    } else {
      return F();
    }
  }

  template <class Fn, class... Args>
  auto submit_with(TaskOptions options, Fn&& fn, Args&&... args) const {
    using Traits = CallTraits<Fn, Args...>;
    check_callable<Traits>();
    using F = Future<typename Traits::Result>;
    if constexpr (Traits::plain || Traits::with_token) {
      using T = typename Traits::Result;
      static_assert(std::is_void_v<T> || std::is_move_constructible_v<T>,
                    "submit(TaskOptions, fn, args...): what fn returns must be movable");
      return enqueue<F>(new NamedTask<std::decay_t<Fn>, std::decay_t<Args>...>(
          std::move(options.name), options.timeout.value_or(Seconds(0)).count(),
          options.timeout.has_value(), std::forward<Fn>(fn), std::forward<Args>(args)...));
    } else {
      return F();
    }
  }

 private:
  template <class Traits>
  static constexpr void check_callable() {
    static_assert(
        Traits::plain || Traits::with_token,
        "submit(fn, args...): fn cannot be called with copies of these arguments, nor with a "
        "std::stop_token before them; wrap references in std::ref");
  }

  template <class F>
  F enqueue(State* task) const {
    enqueue_or_drop(task);
    return FutureAccess::adopt<F>(task);
  }

  // Takes the task, or throws and destroys it.
  void enqueue_or_drop(State* task) const;

  std::shared_ptr<Pool> pool_;
};

}  // namespace detail

// A pool of threads for calls that block, or for work on several cores. Workers start when they are
// needed; an idle one is used before a new one is started. All members but the destructor may be
// called by any thread, also from tasks and callbacks of this pool.
//
//   fanout::ThreadPoolExecutor executor(5);
//   std::vector<fanout::Future<std::string>> futures;
//   for (const auto& url : urls) futures.push_back(executor.submit(fetch_page, url));
//   for (auto& future : futures) pages.push_back(future.result());
class ThreadPoolExecutor {
 public:
  // At most max_workers threads; less than 1 throws std::invalid_argument.
  explicit ThreadPoolExecutor(std::integral auto max_workers)
      : ThreadPoolExecutor(ThreadPoolOptions{.max_workers = detail::saturated(max_workers)}) {}

  // Starts no thread yet.
  explicit ThreadPoolExecutor(ThreadPoolOptions options = {});

  // Immovable: tasks may refer to it. (Spelled so that ThreadPoolExecutor({}) means the default
  // options.)
  ThreadPoolExecutor(ThreadPoolExecutor&) = delete;
  ThreadPoolExecutor& operator=(const ThreadPoolExecutor&) = delete;

  // shutdown({.wait = true}); while an exception unwinds through the scope, what has not started is
  // cancelled first. On one of the pool's own workers it does not wait.
  ~ThreadPoolExecutor();

  // Queues fn(args...) and returns at once (but see max_pending). fn and args are copied or moved
  // into the task as std::thread does: std::ref for references; move-only is fine; fn may be a
  // pointer to a member. If fn cannot be called with args but can with (std::stop_token, args...),
  // it gets the token that Future::request_stop asks. Tasks submitted from outside the pool start
  // in order of submission. Throws ShutdownError, BrokenThreadPool, QueueFull, or std::system_error
  // when no thread could be started.
  template <class Fn, class... Args>
    requires(!std::same_as<std::decay_t<Fn>, TaskOptions>)
  [[nodiscard]] auto submit(Fn&& fn, Args&&... args) {
    return submitter_.submit(std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  // The same for a task with a name or a time limit: see TaskOptions for what a limit can do here.
  template <class Fn, class... Args>
  [[nodiscard]] auto submit(TaskOptions options, Fn&& fn, Args&&... args) {
    return submitter_.submit_with(std::move(options), std::forward<Fn>(fn),
                                  std::forward<Args>(args)...);
  }

  // Calls fn(element...) for each element of the ranges, as long as the shortest, in parallel. All
  // of it is submitted before map returns; see MapResults for reading. fn is copied once and may be
  // called by several threads at a time. Throws as submit does.
  //
  //   for (const std::string& page : executor.map(fetch_page, urls)) ...
  template <class Fn, class... Ranges>
    requires(!std::same_as<std::decay_t<Fn>, MapOptions>)
  auto map(Fn&& fn, Ranges&&... ranges) {
    return detail::map_with(submitter_, MapOptions{}, std::forward<Fn>(fn),
                            std::forward<Ranges>(ranges)...);
  }

  // The same with a time limit, with lazily read input, or in completion order: see MapOptions.
  // Ranges that are read lazily and are not temporaries must outlive the results.
  template <class Fn, class... Ranges>
  auto map(MapOptions options, Fn&& fn, Ranges&&... ranges) {
    return detail::map_with(submitter_, options, std::forward<Fn>(fn),
                            std::forward<Ranges>(ranges)...);
  }

  // No more submits from now on. With `wait` it returns when all tasks are done and the threads are
  // gone, except on one of the pool's own workers, where it returns at once. With `cancel_futures`
  // tasks that have not started are cancelled. May be repeated: a later call may add either.
  void shutdown(ShutdownOptions options = {});

  // Never blocks.
  ThreadPoolStats stats() const;

 private:
  detail::PoolSubmitter submitter_;
  int exceptions_at_start_;
};

}  // namespace fanout
