// SPDX-License-Identifier: MIT
// Puts itself in the place of operator new, mmap and pthread_create.
#include "resources/shortage.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fanout::test {
namespace {

class Meter {
 public:
  void begin(long number, bool lasts, Whose whose) {
    number_ = number;
    lasts_ = lasts;
    whose_ = whose;
    requests_ = 0;
    refused_ = 0;
    on_ = true;  // publishes the rest
  }
  void end() { on_ = false; }
  long refused() const { return refused_; }

  bool refuses() {
    if (!on_ || (whose_ == Whose::this_threads && !here)) return false;
    const long number = ++requests_;
    if (number != number_ && !(lasts_ && number > number_)) return false;
    ++refused_;
    return true;
  }

  static constinit thread_local bool here;

 private:
  std::atomic<bool> on_{false};
  std::atomic<long> requests_{0};
  std::atomic<long> refused_{0};
  std::atomic<long> number_{0};
  std::atomic<bool> lasts_{false};
  std::atomic<Whose> whose_{Whose::everybodys};
};

constinit thread_local bool Meter::here = false;

constinit Meter memory;
constinit Meter threads;
constinit std::atomic<long> blocks{0};

Meter& meter_of(Resource resource) { return resource == Resource::memory ? memory : threads; }

void* allocate(std::size_t size, std::size_t alignment) {
  if (memory.refuses()) throw std::bad_alloc();
  const std::size_t rounded = (size + alignment) / alignment * alignment;  // and never 0
  void* const block = std::aligned_alloc(alignment, rounded);
  if (block == nullptr) throw std::bad_alloc();
  ++blocks;
  return block;
}

void release(void* block) noexcept {
  if (block == nullptr) return;
  --blocks;
  std::free(block);
}

}  // namespace

Shortage::Shortage(Resource resource, long number, bool lasts, Whose whose) : resource_(resource) {
  Meter::here = true;
  meter_of(resource_).begin(number, lasts, whose);
}

Shortage::~Shortage() {
  meter_of(resource_).end();
  Meter::here = false;
}

long Shortage::refused() const { return meter_of(resource_).refused(); }

long blocks_in_use() { return blocks; }

}  // namespace fanout::test

using fanout::test::allocate;
using fanout::test::release;

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete[](void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { release(block); }

#if FANOUT_REFUSES_PAGES
// Found before the system's own by the library, not by the system's allocator.
extern "C" void* mmap(void* address, std::size_t length, int protection, int flags, int descriptor,
                      off_t offset) noexcept {
  if (fanout::test::memory.refuses()) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  const long result = syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
  return reinterpret_cast<void*>(result);
}
#endif

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  if (fanout::test::threads.refuses()) return EAGAIN;
  return create(thread, attributes, start, argument);
}
