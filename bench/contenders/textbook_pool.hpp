// SPDX-License-Identifier: MIT
// The textbook pool: a queue, a mutex, a condition variable, and std::packaged_task for futures.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace textbook {

// Also the completion queue of those who take results as they come.
template <class T>
class Queue {
 public:
  void push(T value) {
    {
      const std::lock_guard lock(mutex_);
      values_.push(std::move(value));
    }
    filled_.notify_one();
  }
  T pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !values_.empty(); });
    T value = std::move(values_.front());
    values_.pop();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::queue<T> values_;
};

class Pool {
 public:
  explicit Pool(int workers) {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Runs what is queued, then ends: an empty function ends one worker.
  ~Pool() {
    for (std::size_t i = 0; i < threads_.size(); ++i) calls_.push(nullptr);
    for (std::thread& thread : threads_) thread.join();
  }

  void post(std::function<void()> call) { calls_.push(std::move(call)); }

  template <class Fn>
  auto submit(Fn fn) {
    // Shared, because a std::function must be copyable and a packaged_task is not.
    auto task = std::make_shared<std::packaged_task<std::invoke_result_t<Fn>()>>(std::move(fn));
    auto future = task->get_future();
    post([task] { (*task)(); });
    return future;
  }

 private:
  void work() {
    while (const auto call = calls_.pop()) call();
  }

  Queue<std::function<void()>> calls_;
  std::vector<std::thread> threads_;
};

}  // namespace textbook
