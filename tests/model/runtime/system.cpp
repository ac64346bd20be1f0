// SPDX-License-Identifier: MIT
// The functions of the system that the program under test calls, as the model's own threads, clock
// and memory need them. They are found before those of the C and C++ libraries, also by the C++
// library itself: so std::thread and std::mutex come here. Outside of an execution they do nothing,
// or what the system does.
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <ctime>
#include <new>

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "execution.hpp"
#include "mutexes.hpp"

using model::Access;
using model::Inside;
using model::most_threads;
using model::run_time;
using model::Thread;

namespace {

std::uintptr_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

int futex_wait(const std::uint32_t* word, std::uint32_t expected, const timespec* until) {
  run_time.threads.step();
  run_time.trace.add("futex wait", address_of(word), -1, expected);
  run_time.shadow.access(address_of(word), sizeof *word, Access::atomic_read);
  run_time.threads.remember(*word == expected);
  if (*word != expected) return EAGAIN;
  if (run_time.threads.surprise(2, 20) != 0) {
    run_time.threads.remember(2);
    return EINTR;
  }
  const std::int64_t deadline =
      until == nullptr ? Thread::never : until->tv_sec * 1'000'000'000 + until->tv_nsec;
  const bool woken = run_time.threads.block(word, "asleep on a futex", deadline);
  run_time.threads.remember(woken ? 3 : 4);
  run_time.trace.add(woken ? "futex woken" : "futex timed out", address_of(word), -1, 0);
  return woken ? 0 : ETIMEDOUT;
}

}  // namespace

extern "C" {

#define MODEL_EXPORT __attribute__((visibility("default")))

// --- threads ---

MODEL_EXPORT int pthread_create(pthread_t* id, const pthread_attr_t*, void* (*start)(void*),
                                void* argument) {
  const Inside inside;
  run_time.threads.step();
  const unsigned created = run_time.threads.create(start, argument);
  if (created == most_threads) return EAGAIN;
  run_time.threads.remember(created);
  run_time.trace.add("starts a thread", 0, -1, created);
  *id = created + 1;
  return 0;
}

MODEL_EXPORT int pthread_join(pthread_t id, void** result) {
  const Inside inside;
  const auto index = static_cast<unsigned>(id - 1);
  Thread& thread = run_time.threads[index];
  run_time.threads.step();
  if (thread.phase != Thread::Phase::finished) {
    run_time.threads.block(&thread, "joining a thread");
  }
  run_time.threads.current().clock.join(thread.clock);
  run_time.trace.add("joined a thread", 0, -1, index);
  if (result != nullptr) *result = nullptr;
  return 0;
}

MODEL_EXPORT int pthread_detach(pthread_t) { return 0; }

MODEL_EXPORT pthread_t pthread_self() { return run_time.threads.index() + 1; }

MODEL_EXPORT int pthread_setname_np(pthread_t, const char*) { return 0; }

MODEL_EXPORT int sched_yield() {
  if (run_time.inside) return 0;
  const Inside inside;
  run_time.threads.yield();
  run_time.trace.add("yields", 0, -1, 0);
  return 0;
}

// One processor: nobody spins.
MODEL_EXPORT int sched_getaffinity(pid_t, std::size_t size, cpu_set_t* set) {
  CPU_ZERO_S(size, set);
  CPU_SET_S(0, size, set);
  return 0;
}

// --- mutexes and futexes ---

MODEL_EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (run_time.inside) return 0;
  const Inside inside;
  run_time.mutexes.lock(address_of(mutex));
  return 0;
}

MODEL_EXPORT int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  if (run_time.inside) return 0;
  const Inside inside;
  return run_time.mutexes.try_lock(address_of(mutex)) ? 0 : EBUSY;
}

MODEL_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (run_time.inside) return 0;
  const Inside inside;
  run_time.mutexes.unlock(address_of(mutex));
  return 0;
}

MODEL_EXPORT long syscall(long number, ...) noexcept {
  va_list arguments;
  va_start(arguments, number);
  const auto* const word = va_arg(arguments, const std::uint32_t*);
  const int operation = va_arg(arguments, int) & FUTEX_CMD_MASK & ~FUTEX_CLOCK_REALTIME;
  const auto value = va_arg(arguments, std::uint32_t);
  const auto* const until = va_arg(arguments, const timespec*);
  va_end(arguments);
  if (run_time.inside) return 0;
  const Inside inside;
  if (number != SYS_futex) model::fail("the system call %ld, which is not modelled", number);
  if (operation == FUTEX_WAKE) {
    run_time.threads.step();
    const int most = static_cast<int>(std::min<std::uint32_t>(value, INT_MAX));
    const int woken = run_time.threads.wake(word, most);
    run_time.threads.remember(static_cast<std::uint64_t>(woken));
    run_time.trace.add("futex wake", address_of(word), -1, static_cast<std::uint64_t>(woken));
    return woken;
  }
  if (operation != FUTEX_WAIT_BITSET && operation != FUTEX_WAIT) {
    model::fail("the futex operation %d, which is not modelled", operation);
  }
  const int error = futex_wait(word, value, until);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

// --- the initialisation of local static variables ---

MODEL_EXPORT int __cxa_guard_acquire(std::uint64_t* guard) {
  auto* const done = reinterpret_cast<unsigned char*>(guard);
  if (run_time.inside) return *done == 0 ? 1 : 0;
  const Inside inside;
  run_time.mutexes.lock(address_of(guard));
  if (run_time.atomics.load(address_of(done), 1, __ATOMIC_ACQUIRE) == 0) return 1;
  run_time.mutexes.unlock(address_of(guard));
  return 0;
}

MODEL_EXPORT void __cxa_guard_release(std::uint64_t* guard) {
  auto* const done = reinterpret_cast<unsigned char*>(guard);
  if (run_time.inside) {
    *done = 1;
    return;
  }
  const Inside inside;
  run_time.atomics.store(address_of(done), 1, 1, __ATOMIC_RELEASE);
  run_time.mutexes.unlock(address_of(guard));
}

MODEL_EXPORT void __cxa_guard_abort(std::uint64_t* guard) {
  if (run_time.inside) return;
  const Inside inside;
  run_time.mutexes.unlock(address_of(guard));
}

// --- the ends of threads and of the program ---

MODEL_EXPORT int __cxa_thread_atexit(void (*call)(void*), void* object, void*) noexcept {
  if (run_time.inside) return 0;
  Thread& thread = run_time.threads.current();
  thread.destructors[thread.destructor_count++] = {call, object};
  return 0;
}

MODEL_EXPORT int __cxa_atexit(void (*call)(void*), void* object, void*) noexcept {
  if (run_time.inside) return 0;  // the program leaves by _exit
  const Inside inside;
  run_time.execution.at_exit({call, object});
  return 0;
}

MODEL_EXPORT int pthread_atfork(void (*)(), void (*)(), void (*)()) { return 0; }
MODEL_EXPORT int __register_atfork(void (*)(), void (*)(), void (*)(), void*) { return 0; }

// --- time ---

// Stands still, but for deadlines that pass.
MODEL_EXPORT int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (run_time.inside) {
    static auto* const real =
        reinterpret_cast<decltype(&clock_gettime)>(dlsym(RTLD_NEXT, "clock_gettime"));
    return real(clock, time);
  }
  const std::int64_t now = run_time.threads.now();
  run_time.threads.remember(static_cast<std::uint64_t>(now));
  time->tv_sec = now / 1'000'000'000;
  time->tv_nsec = now % 1'000'000'000;
  return 0;
}

}  // extern "C"

// --- memory ---

namespace {

void* allocate(std::size_t size, std::size_t alignment) {
  if (run_time.inside) return std::aligned_alloc(alignment, (size + alignment) & ~(alignment - 1));
  const Inside inside;
  return run_time.heap.allocate(size, alignment);
}

void release(void* block) {
  if (block == nullptr) return;
  if (!run_time.heap.holds(address_of(block))) {
    std::free(block);
  } else if (!run_time.inside) {
    const Inside inside;
    run_time.heap.free(block);
  }
}

}  // namespace

MODEL_EXPORT void* operator new(std::size_t size) { return allocate(size, 16); }
MODEL_EXPORT void* operator new[](std::size_t size) { return allocate(size, 16); }
MODEL_EXPORT void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
MODEL_EXPORT void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, 16);
}
MODEL_EXPORT void operator delete(void* block) noexcept { release(block); }
MODEL_EXPORT void operator delete[](void* block) noexcept { release(block); }
MODEL_EXPORT void operator delete(void* block, std::size_t) noexcept { release(block); }
MODEL_EXPORT void operator delete[](void* block, std::size_t) noexcept { release(block); }
MODEL_EXPORT void operator delete(void* block, std::align_val_t) noexcept { release(block); }
MODEL_EXPORT void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  release(block);
}
