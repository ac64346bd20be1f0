// SPDX-License-Identifier: MIT
// The mutexes of an execution.
#pragma once

#include <cstdint>

#include "vector_clock.hpp"

namespace model {

class Mutexes {
 public:
  // A new execution.
  void forget_all() { ++execution_; }

  void lock(std::uintptr_t address);
  bool try_lock(std::uintptr_t address);
  void unlock(std::uintptr_t address);

 private:
  static constexpr std::size_t room = 512;

  struct Mutex {
    std::uint32_t execution = 0;
    unsigned owner = most_threads;
    std::uintptr_t address = 0;
    std::uint64_t last = 0;  // which unlock() was the last
    VectorClock published;
  };

  Mutex& find(std::uintptr_t address);
  void take(Mutex& mutex);

  Mutex mutexes_[room];
  std::uint32_t execution_ = 0;
};

}  // namespace model
