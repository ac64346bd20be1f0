// SPDX-License-Identifier: MIT
// What other threads ask of the pool's thread.
#include "process_pool.hpp"

#include <csignal>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "../core/reaper.hpp"
#include "blob.hpp"

namespace fanout::detail {
namespace {

// No signal of the host is handled by a thread of ours.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

// Once; whoever comes second waits for the first.
void ProcessPool::start_thread() {
  const Lock starting(starting_);
  {
    const Lock lock(mutex_);
    if (started_) return;
  }
  Descriptor epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1 for a process pool");
  Descriptor bell = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for a process pool");
  bell_number_ = bell.get();
  epoll_ = std::move(epoll);
  watch(bell_number_);
  const BlockedSignals blocked;
  const Lock lock(mutex_);
  thread_ = std::thread([this, client = client_.shared_from_this()] {
    context.helper = this;
    run();
    close_down();
  });
  bell_ = std::move(bell);
  started_ = true;
}

void ProcessPool::close_down() {
  fork_servers_.clear();
  memories_->close();
  epoll_.close();
  const Lock lock(mutex_);
  bell_.close();
}

void ProcessPool::join() {
  const Lock joining(joining_);
  std::thread thread = release_thread();
  if (thread.joinable()) thread.join();
}

std::thread ProcessPool::release_thread() {
  const Lock lock(mutex_);
  return std::exchange(thread_, std::thread());
}

std::unique_ptr<Blob> ProcessPool::allocate(std::size_t size) {
  if (size < apart_from) return nullptr;
  return std::make_unique<MemoryBlob>(memories_->take(size), size, memories_);
}

void ProcessPool::wake() noexcept {
  const Lock lock(mutex_);
  if (!bell_) return;  // nobody is there yet, or any more
  const std::uint64_t one = 1;
  (void)!write(bell_.get(), &one, sizeof(one));  // it saturates, and that is as good
}

void ProcessPool::start_worker() noexcept {
  {
    const Lock lock(mutex_);
    ++to_start_;
  }
  wake();
}

void ProcessPool::start_worker_now() {
  StartRequest request;
  try {
    start_thread();
    const Lock lock(mutex_);
    if (!on_own_thread()) to_start_now_.push_back(&request);
  } catch (...) {
    client_.start_failed(std::current_exception());
    throw;
  }
  if (on_own_thread()) {
    start_one(&request);
  } else {
    wake();
    request.done.wait();
  }
  if (request.error != nullptr) std::rethrow_exception(request.error);
}

void ProcessPool::end_worker(Link& link, Ending how) noexcept {
  {
    const Lock lock(mutex_);
    static_cast<ProcessLink&>(link).want_ending(how);
    endings_wanted_ = true;
  }
  wake();
}

bool ProcessPool::has_requests() {
  const Lock lock(mutex_);
  return to_start_ > 0 || !to_start_now_.empty() || endings_wanted_;
}

}  // namespace fanout::detail
