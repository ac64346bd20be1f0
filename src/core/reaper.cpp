// SPDX-License-Identifier: MIT
#include "reaper.hpp"

#include <new>
#include <utility>
#include <vector>

#include "fork_guard.hpp"
#include "mutex.hpp"

namespace fanout::detail {
namespace {

class Reaper {
 public:
  // A thread that is being joined may hand over others.
  void join_all() {
    if (fork_guard_.in_child()) return;  // the threads are in the parent
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

  const ForkGuard fork_guard_;
  Mutex mutex_;
  std::vector<std::thread> threads_ FANOUT_GUARDED_BY(mutex_);
  bool over_ FANOUT_GUARDED_BY(mutex_) = false;
};

}  // namespace

void hand_over_to_reaper(std::thread thread) noexcept {
  if (!thread.joinable()) return;
  try {
    // Never destroyed, since threads that nobody waits for may still come here. But static objects
    // are: so the program does not end before its tasks.
    static Reaper& reaper = *new Reaper;
    struct AtExit {
      ~AtExit() { reaper.join_all(); }
    };
    static const AtExit at_exit;
    reaper.take(thread);
  } catch (const std::bad_alloc&) {
    thread.detach();
  }
}

}  // namespace fanout::detail
