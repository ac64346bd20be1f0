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

ProcessPool::ProcessPool(ProcessPoolConfig config)
    : config_(std::move(config)),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1 for a process pool")),
      bell_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for a process pool")) {
  watch(bell_.get(), nullptr);
}

void ProcessPool::start(std::shared_ptr<Client> client) {
  client_ = client.get();
  const BlockedSignals blocked;
  const Lock lock(mutex_);
  thread_ = std::thread([this, client = std::move(client)] { run(); });
  thread_id_ = thread_.get_id();
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
  return std::make_unique<MemoryBlob>(size);
}

void ProcessPool::wake() noexcept {
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
  if (on_own_thread()) {
    start_one(&request);
  } else {
    {
      const Lock lock(mutex_);
      to_start_now_.push_back(&request);
    }
    wake();
    request.done.wait();
  }
  if (request.error != nullptr) std::rethrow_exception(request.error);
}

void ProcessPool::end_worker(Link& link, Ending how) noexcept {
  {
    const Lock lock(mutex_);
    to_end_.push_back({&link, how});
  }
  wake();
}

bool ProcessPool::has_requests() {
  const Lock lock(mutex_);
  return to_start_ > 0 || !to_start_now_.empty() || !to_end_.empty();
}

}  // namespace fanout::detail
