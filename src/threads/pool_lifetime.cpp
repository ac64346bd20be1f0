// SPDX-License-Identifier: MIT
// How a pool starts its workers, closes, breaks, and goes away.
#include <algorithm>
#include <atomic>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fanout/errors.hpp>

#include "../core/cpus.hpp"
#include "../core/reaper.hpp"
#include "../core/thread_name.hpp"
#include "pool.hpp"

namespace fanout::detail {
namespace {

std::size_t checked_max_workers(const ThreadPoolOptions& options) {
  if (!options.max_workers) return static_cast<std::size_t>(std::min(32, usable_cpus() + 4));
  if (*options.max_workers < 1) {
    throw std::invalid_argument("max_workers must be greater than 0");
  }
  return static_cast<std::size_t>(*options.max_workers);
}

std::string prefix_or_made_up(const std::string& prefix) {
  static std::atomic<int> pools{0};
  if (!prefix.empty()) return prefix;
  return "fanout-" +
         std::to_string(pools.fetch_add(1, std::memory_order_relaxed));  // relaxed: a number
}

}  // namespace

Pool::Pool(ThreadPoolOptions options)
    : options_(std::move(options)),
      max_workers_(checked_max_workers(options_)),
      name_prefix_(prefix_or_made_up(options_.thread_name_prefix)),
      backlog_(options_.max_pending) {}

void Pool::start_worker_if_needed() {
  // The number of workers is read before the tasks are counted: whoever sees another's worker also
  // sees the task for which it was started.
  const std::size_t count = workers_.size();
  if (count >= max_workers_ || unfinished() <= count) return;
  const Lock lock(mutex_);
  const std::size_t now = workers_.size();
  if (closed() || now >= max_workers_ || unfinished() <= now) return;
  try {
    start_worker();
  } catch (...) {
    if (living_workers_ == 0) throw;  // nobody would run the task; otherwise it waits its turn
  }
}

void Pool::start_worker() {
  // All that may fail comes before the thread, and the thread before the worker is listed.
  workers_.make_room();
  threads_.reserve(threads_.size() + 1);
  auto worker = std::make_unique<Worker>(*this, static_cast<int>(workers_.size()));
  threads_.emplace_back([pool = shared_from_this(), started = worker.get()] {
    struct Leaver {
      Pool& pool;
      ~Leaver() { pool.worker_left(); }
    };
    const Leaver leaver{*pool};
    started->main();
  });
  workers_.add(std::move(worker));
  ++living_workers_;
}

void Pool::worker_left() noexcept {
  const Lock lock(mutex_);
  --living_workers_;
  // The executor may have been destroyed on this very thread, and then nobody else ends the timer.
  if (living_workers_ == 0 && closed()) limits_.request_stop();
}

void Pool::replace_lost_worker() noexcept {
  const Lock lock(mutex_);
  try {
    start_worker();
  } catch (...) {  // NOLINT(bugprone-empty-catch): a worker less is no failure of the task
    // What is queued waits for another worker, or for the next submit.
  }
}

bool Pool::initialize_worker(int index) {
  set_thread_name(name_prefix_, index);
  if (!options_.initializer) return true;
  try {
    options_.initializer();
    return true;
  } catch (...) {
    break_pool(std::current_exception());
    return false;
  }
}

void Pool::close() {
  injector_.close();
  backlog_.close();
  parking_.wake_all();
}

void Pool::shutdown(ShutdownOptions options) {
  if (in_forked_child()) return;
  close();
  if (options.cancel_futures) cancel_pending();
  if (options.wait && !on_own_worker()) join_all();
}

std::vector<std::thread> Pool::release_workers() {
  const Lock lock(mutex_);
  return std::exchange(threads_, {});
}

void Pool::join_all() {
  // Whoever comes second waits here until all threads are gone.
  const Lock joining(joining_);
  for (;;) {
    std::vector<std::thread> threads = release_workers();
    if (threads.empty()) break;
    for (std::thread& thread : threads) thread.join();
  }
  limits_.request_stop();
  std::thread timer = limits_.release_thread();
  if (!timer.joinable()) return;
  if (timer.get_id() == std::this_thread::get_id()) {
    hand_over_to_reaper(std::move(timer));  // a callback of a task that overran
  } else {
    timer.join();
  }
}

// A task from any queue, oldest places first; null if there is none.
State* Pool::take_any() {
  while (has_work()) {
    State* task = nullptr;
    const std::size_t count = workers_.size();
    for (std::size_t i = 0; i < count && task == nullptr; ++i) task = workers_[i].take_batched();
    if (task == nullptr && injector_.take(&task, 1) == 1) return task;
    for (std::size_t i = 0; i < count && task == nullptr; ++i) task = workers_[i].steal();
    if (task != nullptr) return task;
    yield_thread();  // another thread was quicker, or is about to link its task
  }
  return nullptr;
}

void Pool::cancel_pending() {
  while (State* const task = take_any()) {
    task->cancel();
    drop(*task);
  }
}

void Pool::break_pool(const std::exception_ptr& cause) {
  {
    const Lock lock(mutex_);
    if (broken_ == nullptr) broken_ = cause;
  }
  close();
  while (State* const task = take_any()) {
    if (task->start_dequeued()) {
      fail_broken(*task);
    } else {
      drop(*task);
    }
  }
}

// A submitter found the pool open, and it broke before the task was queued, perhaps through the
// very worker that was started for it: the task fails like the others that were queued by then.
bool Pool::fail_if_broken(State* task) {
  if (broken_error() == nullptr) return false;
  task->take_back();
  task->start();  // nobody else has it yet
  fail_broken(*task);
  return true;
}

void Pool::fail_broken(State& task) {
  leave_backlog();
  // relaxed, both: statistics.
  inline_started_.fetch_add(1, std::memory_order_relaxed);
  inline_finished_.fetch_add(1, std::memory_order_relaxed);
  task.fail(broken_error());
  task.finish();
}

// A new object for each future, so that their handlers share nothing.
std::exception_ptr Pool::broken_error() const {
  std::exception_ptr cause;
  {
    const Lock lock(mutex_);
    cause = broken_;
  }
  if (cause == nullptr) return nullptr;
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(
          BrokenThreadPool("the pool is broken: the initializer of a worker threw an exception"));
    }
  } catch (...) {
    return std::current_exception();
  }
}

void Pool::throw_closed() const {
  if (const std::exception_ptr error = broken_error()) std::rethrow_exception(error);
  throw ShutdownError("cannot schedule new futures after shutdown");
}

}  // namespace fanout::detail
