// SPDX-License-Identifier: MIT
// The worker threads of a pool as the suite looks at them; fanout itself shows only their number.
#pragma once

#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <Python.h>
#include <pthread.h>

// A worker as the suite sees it: how the operating system calls it, and when it has ended.
struct Thread {
  std::string name;
  std::latch gone{1};
};

// The state that the interpreter keeps for a thread, for as long as the worker lives, as a thread
// of Python has it. One for each task would cost more, and CPython 3.11 hangs in a forked child
// whose parent had a thread that was just making one.
class ThreadState {
 public:
  ThreadState() : before_(PyGILState_Ensure()), state_(PyEval_SaveThread()) {}
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;
  ~ThreadState() {
    if (_Py_IsFinalizing() != 0) return;  // its states are gone, and it lets nobody in
    PyEval_RestoreThread(state_);
    PyGILState_Release(before_);
  }

 private:
  PyGILState_STATE before_;
  PyThreadState* state_;
};

// At the end of a thread.
struct ThreadEnd {
  ~ThreadEnd() {
    state.reset();
    if (thread) thread->gone.count_down();
  }
  std::optional<ThreadState> state;
  std::shared_ptr<Thread> thread;
};
inline thread_local ThreadEnd thread_end;

// Filled by the initializer of a pool, the one function that runs in each of its workers.
class Threads {
 public:
  void add_this_one() {
    auto thread = std::make_shared<Thread>();
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    thread->name = name;
    thread_end.thread = thread;
    thread_end.state.emplace();
    const std::lock_guard lock(mutex_);
    threads_.push_back(std::move(thread));
    added_.notify_all();
  }

  std::vector<std::shared_ptr<Thread>> wait_for(int count) {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [&] { return static_cast<int>(threads_.size()) >= count; });
    return threads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::shared_ptr<Thread>> threads_;
};
