// SPDX-License-Identifier: MIT
// Where tasks enter the pool and leave it. How it starts and closes is in pool_lifetime.cpp.
#include "pool.hpp"

#include <new>

#include <fanout/errors.hpp>

namespace fanout::detail {

Worker* Pool::own_worker() const noexcept {
  Helper* const helper = context.helper;
  return helper != nullptr && helper->owner() == this ? static_cast<Worker*>(helper) : nullptr;
}

void Pool::observe(TaskEvent::Kind kind, const State& task, int worker) const noexcept {
  if (options_.observer == nullptr) return;
  std::string name;
  try {
    name = task.name();
  } catch (const std::bad_alloc&) {
    name.clear();  // the event is worth more than the name
  }
  options_.observer->on_event({.kind = kind,
                               .task = reinterpret_cast<std::uintptr_t>(&task),
                               .name = name,
                               .worker = worker});
}

void Pool::submit(State* task) {
  if (in_forked_child()) {
    throw ShutdownError(
        "cannot schedule new futures in a forked process: the threads of this "
        "executor are in its parent");
  }
  if (closed()) throw_closed();
  if (task->has_limit()) {
    (void)Deadline::after_seconds(task->limit_seconds());  // later nobody could say that it is NaN
    limits_.start(shared_from_this());
  }
  Worker* const own = own_worker();
  if (backlog_.bounded() && !enter_backlog(own != nullptr)) {
    run_inline(task);
    return;
  }
  try {
    enqueue(task, own);
  } catch (...) {
    task->take_back();
    leave_backlog();
    throw;
  }
  parking_.work_added();  // the task may be gone
}

// The task is counted first: it is never less than what was started, and two who submit at the same
// time see each other's task when they decide whether another worker is needed.
void Pool::enqueue(State* task, Worker* own) {
  if (own != nullptr) {
    own->submitted.add_one();
  } else {
    submitted_.fetch_add(1, std::memory_order_relaxed);  // relaxed: see unfinished()
  }
  try {
    start_worker_if_needed();
    observe(TaskEvent::Kind::submitted, *task, own == nullptr ? -1 : own->index());
    task->enqueue_for(*this);
    if (own != nullptr) {
      own->push(task);
    } else if (!injector_.push(task) && !fail_if_broken(task)) {
      throw_closed();
    }
  } catch (...) {
    if (own != nullptr) {
      own->submitted.take_one_back();
    } else {
      submitted_.fetch_sub(1, std::memory_order_relaxed);  // relaxed: as above
    }
    throw;
  }
}

// False: the queue is full and the task is to be run by this thread.
bool Pool::enter_backlog(bool own_worker) {
  Backlog::Entry entry = backlog_.try_enter();
  if (entry == Backlog::Entry::full) {
    if (options_.on_full == OnFull::reject) {
      throw QueueFull("cannot schedule the task: " + std::to_string(options_.max_pending) +
                      " tasks are pending already");
    }
    // A worker that waited for a place might be the one that has to make it.
    if (options_.on_full == OnFull::caller_runs || own_worker) return false;
    entry = backlog_.enter();
  }
  if (entry == Backlog::Entry::closed) throw_closed();
  return true;
}

void Pool::run_inline(State* task) {
  const Worker* const own = own_worker();
  const int worker = own == nullptr ? -1 : own->index();
  observe(TaskEvent::Kind::submitted, *task, worker);
  // relaxed, here and below: statistics.
  submitted_.fetch_add(1, std::memory_order_relaxed);
  inline_started_.fetch_add(1, std::memory_order_relaxed);
  task->start();  // nobody else has it yet
  try {
    run(*task, worker);
  } catch (...) {
    // Only when the task ends this very thread: the unwinding must go on.
    inline_finished_.fetch_add(1, std::memory_order_relaxed);
    finish(*task, worker);
    throw;
  }
  inline_finished_.fetch_add(1, std::memory_order_relaxed);
  finish(*task, worker);
}

void Pool::run(State& task, int worker) {
  observe(TaskEvent::Kind::started, task, worker);
  if (task.has_limit()) {
    try {
      limits_.watch(task);
    } catch (const std::bad_alloc&) {
      task.fail(std::current_exception());
      return;
    }
  }
  task.run();
}

void Pool::finish(State& task, int worker) noexcept {
  const bool overrun = task.has_limit() && limits_.unwatch(task);
  if (options_.observer != nullptr) {
    observe(overrun || task.has_error() ? TaskEvent::Kind::failed : TaskEvent::Kind::finished, task,
            worker);
  }
  if (overrun) {
    task.leave_overrun();
  } else {
    task.finish();
  }
}

void Pool::drop(State& shell) noexcept {
  if (options_.observer != nullptr && shell.status() == Status::cancelled) {
    observe(TaskEvent::Kind::cancelled, shell, -1);
  }
  shell.leave_queue();
}

void Pool::on_cancel(State&) noexcept {
  if (in_forked_child()) return;  // nobody counts there, and nobody waits for the place
  // relaxed: a statistic, ordered by the state that was cancelled.
  cancelled_.fetch_add(1, std::memory_order_relaxed);
  leave_backlog();
}

bool Pool::has_work() const noexcept {
  if (!injector_.empty()) return true;
  const std::size_t count = workers_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (workers_[i].has_work()) return true;
  }
  return false;
}

State* Pool::take_batched_by_others(const Worker& thief) noexcept {
  const std::size_t count = workers_.size();
  for (std::size_t i = 1; i < count; ++i) {
    Worker& victim = workers_[(static_cast<std::size_t>(thief.index()) + i) % count];
    if (State* const task = victim.take_batched()) return task;
  }
  return nullptr;
}

State* Pool::steal_from_others(const Worker& thief) {
  const std::size_t count = workers_.size();
  for (std::size_t i = 1; i < count; ++i) {
    Worker& victim = workers_[(static_cast<std::size_t>(thief.index()) + i) % count];
    if (State* const task = victim.steal()) return task;
  }
  return nullptr;
}

std::uint64_t Pool::unfinished() const noexcept {
  // Finished ones first: a task that is submitted meanwhile makes the result too big, never
  // negative. relaxed, all: whoever knows of a task's end (or cancel) by its future also sees it
  // counted.
  std::uint64_t gone =
      inline_finished_.load(std::memory_order_relaxed) + cancelled_.load(std::memory_order_relaxed);
  const std::size_t count = workers_.size();
  for (std::size_t i = 0; i < count; ++i) gone += workers_[i].finished.get();
  std::uint64_t submitted = submitted_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i) submitted += workers_[i].submitted.get();
  return submitted < gone ? 0 : submitted - gone;
}

// Beginnings are read before ends, so that no number is ever too big.
ThreadPoolStats Pool::stats() const {
  ThreadPoolStats stats;
  const std::size_t count = workers_.size();
  // acquire, here and in get(): what is read next is read later. Nothing is published.
  std::uint64_t submitted = submitted_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < count; ++i) submitted += workers_[i].submitted.get();
  std::uint64_t started = inline_started_.load(std::memory_order_acquire);  // acquire: as above
  for (std::size_t i = 0; i < count; ++i) started += workers_[i].started.get();
  // relaxed, both: the last to be read.
  const std::uint64_t cancelled = cancelled_.load(std::memory_order_relaxed);
  std::uint64_t finished = inline_finished_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t started_here = workers_[i].started.get();
    const std::uint64_t finished_here = workers_[i].finished.get();
    finished += finished_here;
    if (started_here <= finished_here) ++stats.idle;
  }
  const auto difference = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; };
  stats.workers = static_cast<int>(count);
  stats.running = difference(started, finished);
  stats.pending = difference(submitted, started + cancelled);
  stats.completed = finished;
  stats.overrun = limits_.overrun();
  return stats;
}

}  // namespace fanout::detail
