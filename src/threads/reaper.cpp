// SPDX-License-Identifier: MIT
#include "reaper.hpp"

#include <utility>
#include <vector>

#include "../core/mutex.hpp"

namespace fanout::detail {
namespace {

class Reaper {
 public:
  // Static objects are destroyed at the end of the program: it does not end before its tasks.
  ~Reaper() {
    for (std::thread& thread : threads_) {
      if (thread.get_id() == std::this_thread::get_id()) {
        thread.detach();  // a task called exit()
      } else {
        thread.join();
      }
    }
  }

  void take(std::thread thread) {
    const Lock lock(mutex_);
    threads_.push_back(std::move(thread));
  }

 private:
  Mutex mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace

void hand_over_to_reaper(std::thread thread) {
  if (!thread.joinable()) return;
  static Reaper reaper;
  reaper.take(std::move(thread));
}

}  // namespace fanout::detail
