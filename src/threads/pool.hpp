// SPDX-License-Identifier: MIT
// The pool behind ThreadPoolExecutor: where tasks enter, how workers come and go, how it closes.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fanout/thread_pool_executor.hpp>

#include "../core/fork_guard.hpp"
#include "backlog.hpp"
#include "injector.hpp"
#include "parking.hpp"
#include "time_limits.hpp"
#include "worker.hpp"
#include "worker_list.hpp"

namespace fanout::detail {

// Owned by the executor, by map results that still read input, and by each of its threads; so it
// outlives whatever touches it, and whatever the destructor of the executor could not wait for.
//
// Tasks hold no reference to it: a task that may touch the pool is pending or running, and the
// workers leave only after the last of those.
class Pool final : public Owner, public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(ThreadPoolOptions options);

  // --- for PoolSubmitter and ThreadPoolExecutor ---

  // Takes the task, or throws and leaves it to the caller.
  void submit(State* task);
  void shutdown(ShutdownOptions options);
  ThreadPoolStats stats() const;

  // Is this thread one of the pool's workers?
  bool on_own_worker() const noexcept { return own_worker() != nullptr; }

  // Gives up the threads, to be joined elsewhere.
  std::vector<std::thread> release_workers();
  std::thread release_timer() { return limits_.release_thread(); }

  bool in_forked_child() const noexcept { return fork_guard_.in_child(); }

  // --- for its workers ---

  Injector& injector() noexcept { return injector_; }
  Parking& parking() noexcept { return parking_; }
  bool closed() const noexcept { return injector_.closed(); }
  std::size_t worker_count() const noexcept { return workers_.size(); }

  // Names the thread and runs the initializer. False: the pool is broken.
  bool initialize_worker(int index);

  // Is there a task in any queue? Sequentially consistent in all of them.
  bool has_work() const noexcept;
  State* take_batched_by_others(const Worker& thief) noexcept;
  State* steal_from_others(const Worker& thief);

  // A task left `pending`: its place in a bounded queue is free.
  void leave_backlog() noexcept {
    if (backlog_.bounded()) backlog_.leave();
  }

  // The caller started the task, and counts it between the two as finished: before its future is
  // done.
  void run(State& task, int worker);
  void finish(State& task, int worker) noexcept;

  // The caller took an empty shell out of a queue.
  void drop(State& shell) noexcept;

  // A task ended its worker's thread.
  void replace_lost_worker() noexcept;

 private:
  void on_cancel(State& state) noexcept override;

  Worker* own_worker() const noexcept;
  bool enter_backlog(bool own_worker);
  void enqueue(State* task, Worker* own);
  void start_worker_if_needed();
  void start_worker() FANOUT_REQUIRES(mutex_);
  void worker_left() noexcept;
  void run_inline(State* task);
  std::uint64_t unfinished() const noexcept;
  void close();
  void join_all();
  void break_pool(const std::exception_ptr& cause);
  bool fail_if_broken(State* task);
  void fail_broken(State& task);
  std::exception_ptr broken_error() const;
  [[noreturn]] void throw_closed() const;
  State* take_any();
  void cancel_pending();
  void observe(TaskEvent::Kind kind, const State& task, int worker) const noexcept;

  const ThreadPoolOptions options_;
  const std::size_t max_workers_;
  const std::string name_prefix_;
  const ForkGuard fork_guard_;

  Injector injector_;
  Parking parking_;
  Backlog backlog_;
  TimeLimits limits_;

  alignas(64) Atomic<std::uint64_t> submitted_{0};  // from outside, inline ones included
  Atomic<std::uint64_t> cancelled_{0};
  Atomic<std::uint64_t> inline_started_{0};
  Atomic<std::uint64_t> inline_finished_{0};

  mutable Mutex mutex_;  // taken under a stripe by nobody
  Mutex joining_;        // held while threads are joined; before mutex_
  WorkerList<Worker> workers_;
  std::size_t living_workers_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ FANOUT_GUARDED_BY(mutex_);
  std::exception_ptr broken_ FANOUT_GUARDED_BY(mutex_);  // why no worker can run tasks
};

}  // namespace fanout::detail
