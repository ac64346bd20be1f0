// SPDX-License-Identifier: MIT
// oneTBB with futures: task_arena::enqueue takes a std::packaged_task.
#pragma once

#include <cstddef>
#include <future>
#include <type_traits>
#include <utility>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

namespace tbb_enqueue {

class Pool {
 public:
  // The calling thread counts as one for the limit, and has no place in the arena.
  explicit Pool(int workers)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers) + 1),
        arena_(workers, 0) {}

  template <class Fn>
  auto submit(Fn fn) {
    using Result = std::invoke_result_t<Fn>;
    // What enqueue takes is called as const, and a packaged_task changes by its call.
    struct Task {
      mutable std::packaged_task<Result()> call;
      void operator()() const { call(); }
    };
    std::packaged_task<Result()> call(std::move(fn));
    auto future = call.get_future();
    arena_.enqueue(Task{std::move(call)});
    return future;
  }

  tbb::task_arena& arena() { return arena_; }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

}  // namespace tbb_enqueue
