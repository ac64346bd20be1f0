// SPDX-License-Identifier: MIT
// Plain threads that take tasks out of moodycamel's blocking concurrent queue.
#pragma once

#include <cstddef>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <concurrentqueue/blockingconcurrentqueue.h>

namespace moodycamel_threads {

// A Task is std::packaged_task<R()> for those who want futures, std::function<void()> for others.
template <class Task>
class Pool {
 public:
  explicit Pool(int workers) {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The queue is in order only for each producer: tasks of other threads must be done by now.
  ~Pool() {
    for (std::size_t i = 0; i < threads_.size(); ++i) tasks_.enqueue(std::nullopt);
    for (std::thread& thread : threads_) thread.join();
  }

  void post(Task task) { tasks_.enqueue(std::move(task)); }

  template <class Fn>
  auto submit(Fn fn) {
    Task task(std::move(fn));
    auto future = task.get_future();
    post(std::move(task));
    return future;
  }

 private:
  void work() {
    moodycamel::ConsumerToken token(tasks_);
    std::optional<Task> task;
    for (;;) {
      tasks_.wait_dequeue(token, task);
      if (!task) return;
      (*task)();
    }
  }

  moodycamel::BlockingConcurrentQueue<std::optional<Task>> tasks_;
  std::vector<std::thread> threads_;
};

}  // namespace moodycamel_threads
