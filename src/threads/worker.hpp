// SPDX-License-Identifier: MIT
// One worker thread: where it finds its next task, and how it runs the task that it awaits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../core/context.hpp"
#include "batch.hpp"
#include "deque.hpp"
#include "parking.hpp"

namespace fanout::detail {

class Pool;

// Counts what one thread does; written by that thread only, so it needs no read-modify-write.
class TaskCounter {
 public:
  void add_one() noexcept {
    // relaxed, both: whoever must see the new value learns of the task in another way, which
    // carries it.
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void take_one_back() noexcept {
    // relaxed, both: as above.
    count_.store(count_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }
  std::uint64_t get() const noexcept {
    // acquire: counters that are read after this one are read later, for statistics that add up.
    return count_.load(std::memory_order_acquire);
  }

 private:
  Atomic<std::uint64_t> count_{0};
};

class Worker final : public Helper {
 public:
  Worker(Pool& pool, int index) : pool_(pool), index_(index) {}

  // The thread. Returns when the pool is closed and no work is left.
  void main();

  // This thread: a task that one of the pool's tasks submits. May throw std::bad_alloc.
  void push(State* task);

  const Owner* owner() const noexcept override;
  bool run_awaited(State& state) override;

  // Any thread: takes from what this worker has in store.
  State* take_batched() noexcept { return batch_.take(); }
  State* steal() { return deque_.steal(); }
  bool has_work() const noexcept { return !batch_.empty() || !deque_.looks_empty(); }

  int index() const noexcept { return index_; }

  TaskCounter submitted;  // by its own tasks; counted before push()
  TaskCounter started;
  TaskCounter finished;  // counted before the future is done

 private:
  State* find_task();
  State* refill();
  bool search();
  void execute(State& task);

  Pool& pool_;
  const int index_;
  Deque deque_;
  Batch batch_;
  Sleeper sleeper_;
  std::size_t batch_limit_ = 1;
  std::size_t last_count_ = 0;
  std::int64_t last_refill_ = 0;  // steady clock, nanoseconds
};

}  // namespace fanout::detail
