// SPDX-License-Identifier: MIT
#include "worker.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "../core/spin.hpp"
#include "pool.hpp"

namespace fanout::detail {

namespace {

// Lets core know that this thread is a worker, until it leaves or is ended from within.
class HelperScope {
 public:
  explicit HelperScope(Helper& helper) noexcept { context.helper = &helper; }
  ~HelperScope() { context.helper = nullptr; }
  HelperScope(const HelperScope&) = delete;
  HelperScope& operator=(const HelperScope&) = delete;
};

}  // namespace

void Worker::main() {
  const HelperScope scope(*this);
  if (!pool_.initialize_worker(index_)) return;
  Parking& parking = pool_.parking();
  bool searching = false;
  for (;;) {
    if (State* const task = find_task()) {
      if (searching) {
        searching = false;
        // The last searcher hands the search on if there is more to find; see the README.
        if (parking.found_work() && pool_.has_work()) parking.wake_one();
      }
      if (task->start_dequeued()) {
        execute(*task);
      } else {
        pool_.drop(*task);
      }
      if (pool_.in_forked_child()) return;  // the only thread of that process
    } else if (!searching) {
      parking.start_searching();
      searching = true;
    } else if (!search()) {
      if (pool_.closed() && !pool_.has_work()) break;
      parking.sleep(sleeper_, [this] { return pool_.has_work() || pool_.closed(); });
    }
  }
  parking.stop_searching();
}

void Worker::push(State* task) { deque_.push(task); }

// What was submitted last by this worker's own tasks; then what came from outside, the oldest
// first: what workers took from the injector is older than what is still in there. Stealing comes
// last.
State* Worker::find_task() {
  if (State* const task = deque_.pop()) return task;
  if (State* const task = batch_.take()) return task;
  if (State* const task = pool_.take_batched_by_others(*this)) return task;
  if (State* const task = refill()) return task;
  return pool_.steal_from_others(*this);
}

// Takes one task from the injector, and as many more as this worker lately ran in a few
// microseconds: the lock of the injector is then no cost, and long tasks are not taken ahead of
// time.
State* Worker::refill() {
  Injector& injector = pool_.injector();
  if (injector.empty()) return nullptr;
  constexpr std::int64_t short_task = 4'000;  // nanoseconds
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
  const bool quick = now - last_refill_ < static_cast<std::int64_t>(last_count_) * short_task;
  batch_limit_ = quick ? std::min(2 * batch_limit_, Batch::capacity) : 1;
  last_refill_ = now;
  std::array<State*, Batch::capacity> tasks;
  last_count_ = injector.take(tasks.data(), batch_limit_);
  if (last_count_ == 0) return nullptr;
  if (last_count_ > 1) {
    batch_.refill(tasks.data() + 1, last_count_ - 1);
    pool_.parking().work_added();
  }
  return tasks[0];
}

// Looks for work for a short while, with at most half of the workers at a time. True: try again.
bool Worker::search() {
  if (pool_.has_work()) {
    // Yet it was not found: another worker was quicker, or its submitter is between making it
    // visible and linking it, and may need this processor.
    yield_thread();
    return true;
  }
  if (2 * pool_.parking().searching() > static_cast<int>(pool_.worker_count()) + 1) return false;
  return spin_until([this] { return pool_.has_work() || pool_.closed(); }) && pool_.has_work();
}

const Owner* Worker::owner() const noexcept { return &pool_; }

bool Worker::run_awaited(State& state) {
  if (state.owner() != &pool_ || state.status() != Status::pending) return false;
  // Fork and join: the awaited task is usually the newest of this worker's own, above shells of
  // tasks that were run where they stood. Take it out of the deque then; otherwise run it where it
  // stands.
  while (State* const newest = deque_.pop()) {
    if (newest == &state) {
      if (state.start_dequeued()) {
        execute(state);
        return true;
      }
      pool_.drop(state);  // cancelled, and kept by the caller's handle
      return false;
    }
    if (newest->status() == Status::pending) {
      deque_.push(newest);           // there is room: it was there a moment ago
      pool_.parking().work_added();  // a worker may have gone to sleep in that moment
      break;
    }
    pool_.drop(*newest);
  }
  if (!state.start()) return false;
  execute(state);
  return true;
}

void Worker::execute(State& task) {
  started.add_one();  // before another task may take its place, so that `pending` is never too big
  pool_.leave_backlog();
  try {
    pool_.run(task, index_);
  } catch (...) {
    // Only when the task ends this very thread (pthread_exit): the unwinding must go on.
    finished.add_one();
    pool_.finish(task, index_);
    pool_.replace_lost_worker();
    throw;
  }
  finished.add_one();
  pool_.finish(task, index_);
}

}  // namespace fanout::detail
