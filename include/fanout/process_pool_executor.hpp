// SPDX-License-Identifier: MIT
// ProcessPoolExecutor: the same five words, run by worker processes that may crash, hang or be
// ended without harm to this one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <fanout/detail/remote_task.hpp>
#include <fanout/detail/saturated.hpp>
#include <fanout/executor.hpp>
#include <fanout/future.hpp>
#include <fanout/map.hpp>
#include <fanout/observer.hpp>

namespace fanout {

// The first line of main() in a program with a ProcessPoolExecutor. In a worker process, which is
// this same program started once more, it serves tasks and never returns; elsewhere it returns at
// once. Before it, do nothing that a worker should not do.
//
//   int main(int argc, char** argv) {
//     fanout::init(argc, argv);
void init(int argc, char** argv);

enum class StartMethod {
  spawn,       // a fresh process of this same program
  forkserver,  // forked from a clean process of it with one thread: quicker for many workers
};

// What becomes of the pool when a worker dies.
enum class OnWorkerDeath {
  replace,     // the task that it was running fails with WorkerDied; another worker takes its place
  break_pool,  // all tasks fail with BrokenProcessPool, as in Python
};

// A callable that crosses to the workers, as what is given to submit does.
class RemoteInitializer {
 public:
  RemoteInitializer() = default;

  template <class Fn>
    requires(!std::same_as<std::decay_t<Fn>, RemoteInitializer>)
  RemoteInitializer(Fn&& fn)  // NOLINT(google-explicit-constructor): stands for the callable
      : call_(detail::encoded_call_size(fn)) {
    Writer writer(call_.data(), call_.size());
    detail::encode_call(writer, fn);
  }

  const std::vector<std::byte>& call() const noexcept { return call_; }

 private:
  std::vector<std::byte> call_;
};

struct ProcessPoolOptions {
  // At most this many processes at a time. Default: usable CPUs (affinity and cgroup quota). Less
  // than 1 throws std::invalid_argument.
  std::optional<int> max_workers = std::nullopt;

  StartMethod start_method = StartMethod::spawn;

  // Runs in every worker before its first task. If it throws, the pool is broken: unfinished tasks
  // fail with BrokenProcessPool, and later submits throw it. At most 60 KiB when serialized.
  RemoteInitializer initializer = {};

  // After so many tasks a worker leaves and another one takes its place: for code that leaks. Less
  // than 1 throws std::invalid_argument.
  std::optional<int> max_tasks_per_child = std::nullopt;

  OnWorkerDeath on_worker_death = OnWorkerDeath::replace;

  // Told of every step of every task; not owned, must outlive the pool. Null: nobody.
  Observer* observer = nullptr;
};

// A look at a pool.
struct ProcessPoolStats {
  int workers = 0;              // processes, those included that are starting
  int idle = 0;                 // of these, waiting for a task
  std::uint64_t pending = 0;    // tasks that no worker has started
  std::uint64_t running = 0;    // tasks started and not finished
  std::uint64_t completed = 0;  // tasks that returned, threw or were given up
  std::uint64_t died = 0;       // workers that ended abruptly, ever
};

// A pool of processes for code that may crash, leak, hang, is not thread-safe, or must be ended
// when its time is over: threads already use all cores, but only a process can be ended. Workers
// start when they are needed; an idle one is used before a new one is started. They read nothing
// from stdin, write to this program's stdout and stderr, and end within a second when it ends.
//
// Functions, lambdas without captures, and function objects, arguments and results that serialize
// (see serialize.hpp) can cross; anything else is a compile error. All members but the destructor
// may be called by any thread, also from callbacks of this pool's futures. Callbacks run on the
// pool's own thread: one that blocks delays all of its futures.
//
//   fanout::ProcessPoolExecutor executor({.max_workers = 4});
//   auto future = executor.submit(is_prime, 112272535095293);
//   try { std::cout << future.result(); } catch (const fanout::WorkerDied& died) { ... }
class ProcessPoolExecutor {
 public:
  // At most max_workers processes; less than 1 throws std::invalid_argument.
  explicit ProcessPoolExecutor(std::integral auto max_workers)
      : ProcessPoolExecutor(ProcessPoolOptions{.max_workers = detail::saturated(max_workers)}) {}

  // Starts no process yet. Throws std::logic_error if main() did not call fanout::init.
  explicit ProcessPoolExecutor(ProcessPoolOptions options = {});

  ProcessPoolExecutor(ProcessPoolExecutor&) = delete;
  ProcessPoolExecutor& operator=(const ProcessPoolExecutor&) = delete;

  // shutdown({.wait = true}); while an exception unwinds through the scope, what has not started is
  // cancelled first. In a callback of one of its futures it does not wait.
  ~ProcessPoolExecutor();

  // Queues fn(args...) and returns at once: they are serialized before it does. If that throws, the
  // future fails with what it threw. If fn cannot be called with args but can with (std::stop_token,
  // args...), it gets the token that Future::request_stop asks. What it throws arrives as itself if
  // its type is a standard or a registered one, and as RemoteError otherwise. Throws ShutdownError,
  // BrokenProcessPool, or std::system_error when no process lives and none can be started.
  template <class Fn, class... Args>
    requires(!std::same_as<std::decay_t<Fn>, TaskOptions>)
  [[nodiscard]] auto submit(Fn&& fn, Args&&... args) {
    return submitter_.submit(std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  // The same for a task with a name or a time limit. When its time is over, the future fails with
  // TaskTimeoutError at once; the task's stop token is asked, and its process is ended: by SIGTERM
  // a tenth of a second later, by SIGKILL after another second.
  template <class Fn, class... Args>
  [[nodiscard]] auto submit(TaskOptions options, Fn&& fn, Args&&... args) {
    return submitter_.submit_with(std::move(options), std::forward<Fn>(fn),
                                  std::forward<Args>(args)...);
  }

  // Calls fn(element...) for each element of the ranges, as long as the shortest, in parallel. All
  // of it is submitted before map returns; see MapResults for reading.
  //
  //   for (bool prime : executor.map(is_prime, numbers)) ...
  template <class Fn, class... Ranges>
    requires(!std::same_as<std::decay_t<Fn>, MapOptions>)
  auto map(Fn&& fn, Ranges&&... ranges) {
    return map(MapOptions{}, std::forward<Fn>(fn), std::forward<Ranges>(ranges)...);
  }

  // The same with a time limit, with lazily read input, or in completion order: see MapOptions. The
  // elements of a chunk run on one worker, one after the other; each has its own outcome, can be
  // cancelled by itself, and fails alone if its worker dies.
  template <class Fn, class... Ranges>
  auto map(MapOptions options, Fn&& fn, Ranges&&... ranges) {
    return detail::map_with(detail::RemoteSubmitter(submitter_.client(), options.chunksize),
                            options, std::forward<Fn>(fn), std::forward<Ranges>(ranges)...);
  }

  // No more submits from now on. With `wait` it returns when all tasks are done and the processes
  // are gone, except in a callback of this pool, where it returns at once. With `cancel_futures`
  // tasks that have not started are cancelled. May be repeated: a later call may add either.
  void shutdown(ShutdownOptions options = {});

  // Ends all workers, politely (SIGTERM, and SIGKILL a second later) or not (SIGKILL). Tasks that
  // are not done fail with BrokenProcessPool. The pool is shut down; neither call waits.
  void terminate_workers();
  void kill_workers();

  // Never blocks.
  ProcessPoolStats stats() const;

 private:
  detail::RemoteSubmitter submitter_;
  int exceptions_at_start_;
};

}  // namespace fanout
