// SPDX-License-Identifier: MIT
#include "atomics.hpp"

#include <atomic>
#include <cstring>

#include "execution.hpp"

namespace model {
namespace {

bool acquires(int order) {
  return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL ||
         order == __ATOMIC_SEQ_CST;
}
bool releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

std::uint64_t memory_at(std::uintptr_t address, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, reinterpret_cast<const void*>(address), size);
  return value;
}

void write_memory(std::uintptr_t address, std::size_t size, std::uint64_t value) {
  std::memcpy(reinterpret_cast<void*>(address), &value, size);
}

}  // namespace

void Atomics::forget_all() {
  if (objects_.empty()) objects_.resize(8192);
  used_ = 0;
}

void Atomics::forget(std::uintptr_t address, std::size_t size) {
  for (std::uintptr_t word = address & ~std::uintptr_t{7}; word < address + size; word += 8) {
    Granule* const granule = run_time.shadow.find(word);
    if (granule == nullptr) continue;
    for (std::uint16_t i = granule->first_atomic; i != 0; i = objects_[i].next) {
      Object& object = objects_[i];
      if (object.address < address + size && address < object.address + object.size) {
        object.count = 0;
      }
    }
  }
}

Atomics::Object& Atomics::find(std::uintptr_t address, std::size_t size) {
  Granule* const granule = run_time.shadow.find(address);
  if (granule == nullptr) fail("the model itself: an atomic object outside of its memory");
  std::uint16_t index = granule->first_atomic;
  while (index != 0 && objects_[index].address != address) index = objects_[index].next;
  if (index == 0) {
    if (++used_ == objects_.size()) fail("the model itself: too many atomic objects");
    index = used_;
    Object& made = objects_[index];
    made.address = address;
    made.next = granule->first_atomic;
    made.count = 0;
    granule->first_atomic = index;
  }
  Object& object = objects_[index];
  const std::uint64_t value = memory_at(address, size);
  // Written by code that is not watched (memset): as forget().
  if (object.count > 0 && (object.size != size || object.newest().value != value)) object.count = 0;
  if (object.count == 0) {
    object.size = size;
    object.count = 1;
    object.oldest = object.oldest_total = 0;
    std::memset(object.mark_count, 0, sizeof object.mark_count);
    object.stores[0] = {value, 0, {}, 0, most_threads};
  }
  return object;
}

std::uint32_t Atomics::oldest_readable(const Object& object, int order) const {
  const VectorClock& clock = run_time.threads.current().clock;
  std::uint32_t oldest = object.oldest;
  if (order == __ATOMIC_SEQ_CST) oldest = std::max(oldest, object.oldest_total);
  if (object.count > depth) oldest = std::max(oldest, object.count - depth);
  for (std::uint32_t i = object.count - 1; i > oldest; --i) {
    const Store& store = object.stores[i % depth];
    if (store.thread == most_threads || clock.covers(store.thread, store.step)) oldest = i;
  }
  for (unsigned thread = 0; thread < run_time.threads.count(); ++thread) {
    for (std::uint32_t i = 0; i < object.mark_count[thread]; ++i) {
      const Mark& mark = object.read[thread][i];
      if (clock.covers(thread, mark.step)) oldest = std::max(oldest, mark.store);
    }
  }
  return oldest;
}

// A thread's marks grow; when there is no room, the oldest one binds everybody: that allows less
// than C++ does, never more.
void Atomics::add_mark(Object& object, std::uint32_t index) {
  const unsigned thread = run_time.threads.index();
  std::uint32_t& count = object.mark_count[thread];
  Mark* const own = object.read[thread];
  if (count > 0 && own[count - 1].store >= index) return;
  if (count == marks) {
    object.oldest = std::max(object.oldest, own[0].store);
    std::memmove(own, own + 1, sizeof(Mark) * (marks - 1));
    --count;
  }
  own[count++] = {run_time.threads.current().clock.at[thread], index};
}

std::uint64_t Atomics::read(Object& object, std::uint32_t index, int order) {
  const Store& store = object.stores[index % depth];
  add_mark(object, index);
  if (order == __ATOMIC_SEQ_CST) object.oldest_total = std::max(object.oldest_total, index);
  if (acquires(order)) run_time.threads.current().clock.join(store.published);
  run_time.threads.remember(store.id);
  return store.value;
}

std::uint64_t Atomics::load(std::uintptr_t address, std::size_t size, int order) {
  run_time.threads.step();
  run_time.shadow.access(address, size, Access::atomic_read);
  Object& object = find(address, size);
  const std::uint32_t oldest = oldest_readable(object, order);
  const std::uint32_t newest = object.count - 1;
  const std::uint32_t behind = run_time.threads.surprise(newest - oldest + 1);
  const std::uint64_t value = read(object, newest - behind, order);
  run_time.trace.add(behind == 0 ? "load" : "load of an old value", address, order, value);
  return value;
}

std::uint64_t Atomics::read_newest(std::uintptr_t address, std::size_t size, int order) {
  run_time.threads.step();
  run_time.shadow.access(address, size, Access::atomic_write);
  Object& object = find(address, size);
  return read(object, object.count - 1, order);
}

void Atomics::append(std::uintptr_t address, std::size_t size, std::uint64_t value, int order,
                     bool continues) {
  Object& object = find(address, size);
  const Store& before = object.newest();
  run_time.threads.remember(before.id);
  Store store{value, run_time.threads.operation_id(), {}, 0, run_time.threads.index()};
  store.step = run_time.threads.current().clock.at[store.thread];
  if (continues) store.published = before.published;
  if (releases(order)) store.published.join(run_time.threads.release());
  object.stores[object.count % depth] = store;
  ++object.count;
  if (order == __ATOMIC_SEQ_CST) object.oldest_total = object.count - 1;
  write_memory(address, size, value);
  run_time.trace.add(continues ? "read-modify-write" : "store", address, order, value);
}

void Atomics::store(std::uintptr_t address, std::size_t size, std::uint64_t value, int order) {
  run_time.threads.step();
  run_time.shadow.access(address, size, Access::atomic_write);
  append(address, size, value, order, false);
}

bool Atomics::compare_exchange(std::uintptr_t address, std::size_t size, std::uint64_t& expected,
                               std::uint64_t desired, int order, int failure_order, bool weak) {
  run_time.threads.step();
  Object& object = find(address, size);
  const std::uint32_t newest = object.count - 1;
  const std::uint32_t oldest = oldest_readable(object, failure_order);
  // It succeeds on the newest value only; it may fail by reading any value that differs, and a weak
  // one by reading the newest.
  const bool equal = object.newest().value == expected;
  std::uint32_t failures[depth + 1];
  unsigned n = 0;
  if (!equal || weak) failures[n++] = newest;
  for (std::uint32_t i = newest; i-- > oldest;) {
    if (object.stores[i % depth].value != expected) failures[n++] = i;
  }
  const unsigned chosen = run_time.threads.surprise(n + (equal ? 1 : 0));
  if (equal && chosen == 0) {
    run_time.shadow.access(address, size, Access::atomic_write);
    read(object, newest, order);
    append(address, size, desired, order, true);
    return true;
  }
  run_time.shadow.access(address, size, Access::atomic_read);
  const std::uint32_t index = failures[equal ? chosen - 1 : chosen];
  expected = read(object, index, failure_order);
  run_time.threads.remember(1);
  run_time.trace.add(equal && index == newest ? "compare-exchange that fails for no reason"
                                              : "compare-exchange that fails",
                     address, failure_order, expected);
  return false;
}

}  // namespace model
