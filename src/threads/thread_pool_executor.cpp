// SPDX-License-Identifier: MIT
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include <fanout/thread_pool_executor.hpp>

#include "../core/reaper.hpp"
#include "pool.hpp"

namespace fanout {

namespace detail {

void PoolSubmitter::enqueue_or_drop(State* task) const {
  try {
    pool_->submit(task);
  } catch (...) {
    task->cancel();  // destroys the callable
    task->drop_handle();
    throw;
  }
}

}  // namespace detail

ThreadPoolExecutor::ThreadPoolExecutor(ThreadPoolOptions options)
    : submitter_(std::make_shared<detail::Pool>(std::move(options))),
      exceptions_at_start_(std::uncaught_exceptions()) {}

ThreadPoolExecutor::~ThreadPoolExecutor() {
  detail::Pool& pool = submitter_.pool();
  if (pool.in_forked_child()) {
    // The threads and whoever held the locks are in the parent: touch nothing, leave the memory be.
    (void)new (std::nothrow) std::shared_ptr<detail::Pool>(std::move(submitter_.shared()));
    return;
  }
  const bool unwinding = std::uncaught_exceptions() > exceptions_at_start_;
  pool.shutdown({.wait = true, .cancel_futures = unwinding});
  if (pool.on_own_worker()) {
    // It cannot join itself. The pool lives until its last thread is gone.
    for (std::thread& thread : pool.release_workers()) {
      detail::hand_over_to_reaper(std::move(thread));
    }
    detail::hand_over_to_reaper(pool.release_timer());
  }
}

void ThreadPoolExecutor::shutdown(ShutdownOptions options) {
  // Kept alive here: a task that destroys the executor may run meanwhile.
  const std::shared_ptr<detail::Pool> pool = submitter_.shared();
  pool->shutdown(options);
}

ThreadPoolStats ThreadPoolExecutor::stats() const { return submitter_.pool().stats(); }

}  // namespace fanout
