// SPDX-License-Identifier: MIT
// The other half of the seam (see fanout/detail/seam.hpp): mutexes, with locks that clang checks.
#pragma once

#include <fanout/detail/seam.hpp>

#ifndef FANOUT_SEAM
#include <mutex>
#endif

#if defined(__clang__)
#define FANOUT_LOCK(x) __attribute__((x))
#else
#define FANOUT_LOCK(x)
#endif
#define FANOUT_GUARDED_BY(mutex) FANOUT_LOCK(guarded_by(mutex))
#define FANOUT_REQUIRES(mutex) FANOUT_LOCK(requires_capability(mutex))

namespace fanout::detail {

#ifndef FANOUT_SEAM
class FANOUT_LOCK(capability("mutex")) Mutex {
 public:
  void lock() FANOUT_LOCK(acquire_capability()) { mutex_.lock(); }
  void unlock() FANOUT_LOCK(release_capability()) { mutex_.unlock(); }
  bool try_lock() FANOUT_LOCK(try_acquire_capability(true)) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};
#endif

// Holds a mutex for a scope; unlock() ends it early.
class FANOUT_LOCK(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) FANOUT_LOCK(acquire_capability(mutex)) : mutex_(&mutex) {
    mutex_->lock();
  }
  ~Lock() FANOUT_LOCK(release_capability()) {
    if (mutex_ != nullptr) mutex_->unlock();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void unlock() FANOUT_LOCK(release_capability()) {
    mutex_->unlock();
    mutex_ = nullptr;
  }

 private:
  Mutex* mutex_;
};

}  // namespace fanout::detail
