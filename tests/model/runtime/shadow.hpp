// SPDX-License-Identifier: MIT
// What was done to each word of memory: finds data races and uses of what is gone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vector_clock.hpp"

namespace model {

// Bit 0: it writes. Bit 1: it is not atomic.
enum class Access : std::uint8_t {
  atomic_read = 0,
  atomic_write = 1,
  plain_read = 2,
  plain_write = 3,
};

// An access of some bytes of a granule.
struct AccessRecord {
  std::uint8_t thread;
  std::uint8_t bytes;
  Access access;
  std::uint32_t step;
};

// Eight bytes of memory. What is older than the execution is nothing.
struct Granule {
  static constexpr unsigned most_records = 6;

  std::uint32_t execution = 0;
  std::uint16_t first_atomic = 0;  // atomic objects within it; see Atomics
  std::uint8_t count = 0;
  bool freed = false;
  AccessRecord records[most_records];
};

class Shadow {
 public:
  // Memory from `begin` on is watched from now on.
  void watch(std::uintptr_t begin, std::size_t size);

  // A new execution.
  void forget_all(std::uint32_t execution) { execution_ = execution; }

  // The granule of an address; null if its memory is not watched.
  Granule* find(std::uintptr_t address) {
    for (const Region& region : regions_) {
      const std::uintptr_t offset = address - region.begin;
      if (offset >= region.size) continue;
      Granule& granule = region.granules[offset / 8];
      if (granule.execution != execution_) {
        granule.execution = execution_;
        granule.first_atomic = 0;
        granule.count = 0;
        granule.freed = false;
      }
      return &granule;
    }
    return nullptr;
  }

  // The current thread does this; fails if it may not.
  void access(std::uintptr_t address, std::size_t size, Access access);

  // From now on each access is a failure.
  void free(std::uintptr_t address, std::size_t size);

 private:
  struct Region {
    std::uintptr_t begin = 0;
    std::size_t size = 0;
    Granule* granules = nullptr;
  };

  void access_granule(Granule& granule, std::uintptr_t address, unsigned bytes, Access access);

  Region regions_[2];
  unsigned region_count_ = 0;
  std::uint32_t execution_ = 0;
};

}  // namespace model
