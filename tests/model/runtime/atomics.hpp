// SPDX-License-Identifier: MIT
// Atomic objects with their history: a load may return each value that the C++ memory model allows.
#pragma once

#include <cstdint>
#include <vector>

#include "vector_clock.hpp"

namespace model {

// The modification order of an object is the order in which the execution makes its stores, and the
// single order of sequentially consistent operations is that of their steps. A load may be behind
// both, as far as coherence allows: it returns no store that is older than
//
//   - the latest store that happens before it,
//   - the store that a load returned which happens before it,
//   - for a seq_cst load: the latest store that a seq_cst operation made or returned.
//
// A release store carries the clock of its thread, read-modify-writes hand the clock of the store
// they replace on (a release sequence), and an acquire load of it takes the clock over.
class Atomics {
 public:
  // A new execution.
  void forget_all();

  // The object was written as plain memory (constructed, destroyed), so its history is over.
  void forget(std::uintptr_t address, std::size_t size);

  std::uint64_t load(std::uintptr_t address, std::size_t size, int order);
  void store(std::uintptr_t address, std::size_t size, std::uint64_t value, int order);

  // `change` makes the new value of the old one; returns the old one.
  template <class Change>
  std::uint64_t update(std::uintptr_t address, std::size_t size, int order, Change change) {
    const std::uint64_t before = read_newest(address, size, order);
    append(address, size, change(before), order, true);
    return before;
  }

  // Says whether it stored; otherwise `expected` becomes the value read.
  bool compare_exchange(std::uintptr_t address, std::size_t size, std::uint64_t& expected,
                        std::uint64_t desired, int order, int failure_order, bool weak);

 private:
  static constexpr std::uint32_t depth = 8;  // stores that are remembered
  static constexpr std::uint32_t marks = 4;

  struct Store {
    std::uint64_t value;
    std::uint64_t id;
    VectorClock published;  // by the release sequence that it belongs to
    std::uint32_t step;
    unsigned thread;  // most_threads: it was there before
  };

  // A thread read this store at this step.
  struct Mark {
    std::uint32_t step;
    std::uint32_t store;
  };

  struct Object {
    std::uintptr_t address;
    std::size_t size;
    std::uint16_t next;          // another one within the same eight bytes
    std::uint32_t count;         // of its stores; 0: none is known
    std::uint32_t oldest;        // before this one no thread may read
    std::uint32_t oldest_total;  // nor a seq_cst operation before this one
    Store stores[depth];
    std::uint32_t mark_count[most_threads];
    Mark read[most_threads][marks];

    Store& newest() { return stores[(count - 1) % depth]; }
  };

  Object& find(std::uintptr_t address, std::size_t size);
  std::uint64_t read_newest(std::uintptr_t address, std::size_t size, int order);
  void append(std::uintptr_t address, std::size_t size, std::uint64_t value, int order,
              bool continues);
  std::uint32_t oldest_readable(const Object& object, int order) const;
  std::uint64_t read(Object& object, std::uint32_t index, int order);
  void add_mark(Object& object, std::uint32_t index);

  std::vector<Object> objects_;
  std::uint16_t used_ = 0;
};

}  // namespace model
