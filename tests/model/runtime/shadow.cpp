// SPDX-License-Identifier: MIT
#include "shadow.hpp"

#include <sys/mman.h>

#include "execution.hpp"

namespace model {
namespace {

bool writes(Access access) { return (static_cast<int>(access) & 1) != 0; }
bool is_plain(Access access) { return (static_cast<int>(access) & 2) != 0; }

// Whatever conflicts with the second also conflicts with the first.
bool covers(Access first, Access second) {
  return (static_cast<int>(first) & static_cast<int>(second)) == static_cast<int>(second);
}

const char* name_of(Access access) {
  constexpr const char* names[] = {"an atomic load", "an atomic store", "a read", "a write"};
  return names[static_cast<int>(access)];
}

}  // namespace

void Shadow::watch(std::uintptr_t begin, std::size_t size) {
  Region& region = regions_[region_count_++];
  region.begin = begin & ~std::uintptr_t{7};
  region.size = size + 8;
  void* const memory =
      mmap(nullptr, (region.size / 8 + 1) * sizeof(Granule), PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  region.granules = static_cast<Granule*>(memory);
}

void Shadow::access(std::uintptr_t address, std::size_t size, Access access) {
  Granule* const first = find(address);
  if (first == nullptr) return;
  Threads& threads = run_time.threads;
  const unsigned owner = threads.owner_of_stack(address);
  if (owner != most_threads && owner != threads.index() && address < threads[owner].stack_pointer) {
    run_time.trace.add("access", address, -1, 0);
    fail("%s of a local variable of thread %u that is gone", name_of(access), owner);
  }
  const std::uintptr_t end = address + size;
  while (address < end) {
    const std::uintptr_t next = std::min(end, (address & ~std::uintptr_t{7}) + 8);
    const unsigned bytes = ((1U << (next - address)) - 1) << (address & 7);
    access_granule(*find(address), address, bytes, access);
    address = next;
  }
}

void Shadow::access_granule(Granule& granule, std::uintptr_t address, unsigned bytes,
                            Access access) {
  const unsigned thread = run_time.threads.index();
  const VectorClock& clock = run_time.threads.current().clock;
  if (granule.freed) {
    run_time.trace.add("access", address, -1, 0);
    fail("%s of memory that was freed", name_of(access));
  }
  unsigned kept = 0;
  for (unsigned i = 0; i < granule.count; ++i) {
    const AccessRecord record = granule.records[i];
    if ((record.bytes & bytes) != 0 && record.thread != thread &&
        (writes(record.access) || writes(access)) &&
        (is_plain(record.access) || is_plain(access)) &&
        !clock.covers(record.thread, record.step)) {
      run_time.trace.add("access", address, -1, 0);
      run_time.trace.explain(address, record);
      fail("a data race: %s, and %s by thread %u that does not happen before it", name_of(access),
           name_of(record.access), record.thread);
    }
    const bool obsolete =
        record.thread == thread && covers(access, record.access) && (record.bytes & ~bytes) == 0;
    if (!obsolete) granule.records[kept++] = record;
  }
  if (kept == Granule::most_records) {  // the oldest is forgotten
    for (unsigned i = 1; i < kept; ++i) granule.records[i - 1] = granule.records[i];
    --kept;
  }
  granule.records[kept++] = {static_cast<std::uint8_t>(thread), static_cast<std::uint8_t>(bytes),
                             access, clock.at[thread]};
  granule.count = static_cast<std::uint8_t>(kept);
  run_time.trace.add_access(address, granule.records[kept - 1]);
  if (access == Access::plain_write && granule.first_atomic != 0) {
    const auto low = static_cast<unsigned>(__builtin_ctz(bytes));
    run_time.atomics.forget((address & ~std::uintptr_t{7}) + low,
                            static_cast<unsigned>(__builtin_popcount(bytes)));
  }
}

void Shadow::free(std::uintptr_t address, std::size_t size) {
  access(address, size, Access::plain_write);
  for (std::uintptr_t word = address; word < address + size; word += 8) find(word)->freed = true;
}

}  // namespace model
