// SPDX-License-Identifier: MIT
// What the compiler calls before each access of memory, and instead of each atomic operation, in
// code compiled with -fsanitize=thread. The names and types are those that g++ and clang agree on.
#include <cstdint>
#include <cstring>

#include "execution.hpp"

using model::Access;
using model::Inside;
using model::run_time;

namespace {

std::uintptr_t address_of(const volatile void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

void touch(const volatile void* pointer, std::size_t size, Access access) {
  if (run_time.inside) return;
  const Inside inside;
  run_time.shadow.access(address_of(pointer), size, access);
}

template <class T>
T load(const volatile T* object, int order) {
  if (run_time.inside) return *object;
  const Inside inside;
  return static_cast<T>(run_time.atomics.load(address_of(object), sizeof(T), order));
}

template <class T>
void store(volatile T* object, T value, int order) {
  if (run_time.inside) {
    *object = value;
    return;
  }
  const Inside inside;
  run_time.atomics.store(address_of(object), sizeof(T), value, order);
}

template <class T, class Change>
T update(volatile T* object, int order, Change change) {
  if (run_time.inside) {
    const T before = *object;
    *object = change(before);
    return before;
  }
  const Inside inside;
  return static_cast<T>(run_time.atomics.update(
      address_of(object), sizeof(T), order, [change](std::uint64_t before) -> std::uint64_t {
        return static_cast<T>(change(static_cast<T>(before)));
      }));
}

template <class T>
bool compare_exchange(volatile T* object, T* expected, T desired, int order, int failure_order,
                      bool weak) {
  if (run_time.inside) {
    if (*object != *expected) {
      *expected = *object;
      return false;
    }
    *object = desired;
    return true;
  }
  const Inside inside;
  std::uint64_t value = *expected;
  const bool stored = run_time.atomics.compare_exchange(address_of(object), sizeof(T), value,
                                                        desired, order, failure_order, weak);
  *expected = static_cast<T>(value);
  return stored;
}

}  // namespace

#define MODEL_EXPORT __attribute__((visibility("default")))

extern "C" {

MODEL_EXPORT void __tsan_init() {}
MODEL_EXPORT void __tsan_func_entry(void*) {}
MODEL_EXPORT void __tsan_func_exit() {}

#define MODEL_PLAIN(size)                                                                         \
  MODEL_EXPORT void __tsan_read##size(void* p) { touch(p, size, Access::plain_read); }            \
  MODEL_EXPORT void __tsan_write##size(void* p) { touch(p, size, Access::plain_write); }          \
  MODEL_EXPORT void __tsan_volatile_read##size(void* p) { touch(p, size, Access::plain_read); }   \
  MODEL_EXPORT void __tsan_volatile_write##size(void* p) { touch(p, size, Access::plain_write); } \
  MODEL_EXPORT void __tsan_unaligned_read##size(void* p) { touch(p, size, Access::plain_read); }  \
  MODEL_EXPORT void __tsan_unaligned_write##size(void* p) { touch(p, size, Access::plain_write); }
MODEL_PLAIN(1)
MODEL_PLAIN(2)
MODEL_PLAIN(4)
MODEL_PLAIN(8)
MODEL_PLAIN(16)

MODEL_EXPORT void __tsan_read_range(void* p, unsigned long size) {
  touch(p, size, Access::plain_read);
}
MODEL_EXPORT void __tsan_write_range(void* p, unsigned long size) {
  touch(p, size, Access::plain_write);
}
MODEL_EXPORT void __tsan_vptr_read(void** p) { touch(p, sizeof *p, Access::plain_read); }
MODEL_EXPORT void __tsan_vptr_update(void** p, void* value) {
  if (*p != value) touch(p, sizeof *p, Access::plain_write);
}
MODEL_EXPORT void* __tsan_memcpy(void* to, const void* from, unsigned long size) {
  touch(from, size, Access::plain_read);
  touch(to, size, Access::plain_write);
  return std::memcpy(to, from, size);
}
MODEL_EXPORT void* __tsan_memmove(void* to, const void* from, unsigned long size) {
  touch(from, size, Access::plain_read);
  touch(to, size, Access::plain_write);
  return std::memmove(to, from, size);
}
MODEL_EXPORT void* __tsan_memset(void* to, int value, unsigned long size) {
  touch(to, size, Access::plain_write);
  return std::memset(to, value, size);
}

#define MODEL_ATOMIC(bits)                                                                         \
  using a##bits = std::uint##bits##_t;                                                             \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_load(const volatile a##bits* p, int order) {          \
    return load(p, order);                                                                         \
  }                                                                                                \
  MODEL_EXPORT void __tsan_atomic##bits##_store(volatile a##bits* p, a##bits v, int order) {       \
    store(p, v, order);                                                                            \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_exchange(volatile a##bits* p, a##bits v, int order) { \
    return update(p, order, [v](a##bits) { return v; });                                           \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_fetch_add(volatile a##bits* p, a##bits v,             \
                                                       int order) {                                \
    return update(p, order, [v](a##bits b) { return static_cast<a##bits>(b + v); });               \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_fetch_sub(volatile a##bits* p, a##bits v,             \
                                                       int order) {                                \
    return update(p, order, [v](a##bits b) { return static_cast<a##bits>(b - v); });               \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_fetch_and(volatile a##bits* p, a##bits v,             \
                                                       int order) {                                \
    return update(p, order, [v](a##bits b) { return static_cast<a##bits>(b & v); });               \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_fetch_or(volatile a##bits* p, a##bits v, int order) { \
    return update(p, order, [v](a##bits b) { return static_cast<a##bits>(b | v); });               \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_fetch_xor(volatile a##bits* p, a##bits v,             \
                                                       int order) {                                \
    return update(p, order, [v](a##bits b) { return static_cast<a##bits>(b ^ v); });               \
  }                                                                                                \
  MODEL_EXPORT bool __tsan_atomic##bits##_compare_exchange_strong(                                 \
      volatile a##bits* p, a##bits* expected, a##bits v, int order, int failure_order) {           \
    return compare_exchange(p, expected, v, order, failure_order, false);                          \
  }                                                                                                \
  MODEL_EXPORT bool __tsan_atomic##bits##_compare_exchange_weak(                                   \
      volatile a##bits* p, a##bits* expected, a##bits v, int order, int failure_order) {           \
    return compare_exchange(p, expected, v, order, failure_order, true);                           \
  }                                                                                                \
  MODEL_EXPORT a##bits __tsan_atomic##bits##_compare_exchange_val(                                 \
      volatile a##bits* p, a##bits expected, a##bits v, int order, int failure_order) {            \
    compare_exchange(p, &expected, v, order, failure_order, false);                                \
    return expected;                                                                               \
  }
MODEL_ATOMIC(8)
MODEL_ATOMIC(16)
MODEL_ATOMIC(32)
MODEL_ATOMIC(64)

MODEL_EXPORT void __tsan_atomic_thread_fence(int) { model::fail("a fence, which is not modelled"); }
MODEL_EXPORT void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
