// SPDX-License-Identifier: MIT
#include "mutexes.hpp"

#include "execution.hpp"

namespace model {

Mutexes::Mutex& Mutexes::find(std::uintptr_t address) {
  std::size_t index = mix(0, address) % room;
  for (std::size_t tries = 0; tries < room; ++tries, index = (index + 1) % room) {
    Mutex& mutex = mutexes_[index];
    if (mutex.execution != execution_) {
      mutex = {execution_, most_threads, address, 0, {}};
      return mutex;
    }
    if (mutex.address == address) return mutex;
  }
  fail("the model itself: too many mutexes");
}

void Mutexes::take(Mutex& mutex) {
  mutex.owner = run_time.threads.index();
  run_time.threads.current().clock.join(mutex.published);
  run_time.threads.remember(mutex.last);
}

void Mutexes::lock(std::uintptr_t address) {
  run_time.threads.step();
  run_time.shadow.access(address, 4, Access::atomic_write);
  Mutex& mutex = find(address);
  if (mutex.owner == run_time.threads.index()) fail("locks a mutex that it holds already");
  while (mutex.owner != most_threads) run_time.threads.block(&mutex, "locking a mutex");
  take(mutex);
  run_time.trace.add("locks", address, -1, 0);
}

bool Mutexes::try_lock(std::uintptr_t address) {
  run_time.threads.step();
  run_time.shadow.access(address, 4, Access::atomic_write);
  Mutex& mutex = find(address);
  const bool locked = mutex.owner == most_threads;
  if (locked) take(mutex);
  run_time.threads.remember(locked);
  return locked;
}

void Mutexes::unlock(std::uintptr_t address) {
  run_time.threads.step();
  run_time.shadow.access(address, 4, Access::atomic_write);
  Mutex& mutex = find(address);
  if (mutex.owner != run_time.threads.index()) fail("unlocks a mutex that it does not hold");
  mutex.owner = most_threads;
  mutex.last = run_time.threads.operation_id();
  mutex.published = run_time.threads.release();
  run_time.threads.wake(&mutex, most_threads);
  run_time.trace.add("unlocks", address, -1, 0);
}

}  // namespace model
