// SPDX-License-Identifier: MIT
#include "reaper.hpp"

#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include "mutex.hpp"
#include "per_process.hpp"

namespace fanout::detail {
namespace {

class Reaper {
 public:
  // The program ends after the threads that are handed over by then.
  Reaper();

  // A thread that is being joined may hand over others.
  void join_all() {
    while (true) {
      Lock lock(mutex_);
      std::vector<std::thread> threads = std::exchange(threads_, {});
      over_ = threads.empty();
      lock.unlock();
      if (threads.empty()) return;
      for (std::thread& thread : threads) join(thread);
    }
  }

  // Throws std::bad_alloc, and then the thread is still the caller's.
  void take(std::thread& thread) {
    const Lock lock(mutex_);
    if (over_) {
      thread.detach();  // comes from a thread that nobody waits for
    } else {
      threads_.push_back(std::move(thread));
    }
  }

 private:
  static void join(std::thread& thread) {
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();  // a task called exit()
    } else {
      thread.join();
    }
  }

  Mutex mutex_;
  std::vector<std::thread> threads_ FANOUT_GUARDED_BY(mutex_);
  bool over_ FANOUT_GUARDED_BY(mutex_) = false;
};

constinit PerProcess<Reaper> reaper;  // a forked child has none of its parent's threads

// The handler is registered late, so that it runs before the static objects that tasks may use are
// destroyed.
Reaper::Reaper() {
  const int failed = std::atexit([] {
    if (Reaper* const own = reaper.find()) own->join_all();
  });
  if (failed != 0) throw std::bad_alloc();
}

}  // namespace

void hand_over_to_reaper(std::thread thread) noexcept {
  if (!thread.joinable()) return;
  try {
    reaper.get().take(thread);
  } catch (const std::bad_alloc&) {
    thread.detach();
  }
}

}  // namespace fanout::detail
