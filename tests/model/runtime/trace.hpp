// SPDX-License-Identifier: MIT
// The steps of an execution, for a person to read. Written only when a failure is replayed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "shadow.hpp"

namespace model {

class Trace {
 public:
  void start();
  void stop() { on_ = false; }

  // The current thread did this; order: of an atomic operation, or -1.
  void add(const char* what, std::uintptr_t address, int order, std::uint64_t value) {
    if (on_) record(what, address, order, value);
  }
  void add_access(std::uintptr_t address, const AccessRecord& access) {
    if (on_) record_access(address, access);
  }

  // Prints which line this earlier access was; once.
  void explain(std::uintptr_t address, const AccessRecord& access) {
    if (on_) find_access(address, access);
  }

  void print() const;

 private:
  using Frames = std::array<void*, 12>;

  struct Event {
    unsigned thread;
    const char* what;
    std::uintptr_t address;
    int order;
    std::uint64_t value;
    Frames frames;
  };
  struct PlainAccess {
    std::uintptr_t granule;
    AccessRecord access;
    Frames frames;
  };

  void record(const char* what, std::uintptr_t address, int order, std::uint64_t value);
  void record_access(std::uintptr_t address, const AccessRecord& access);
  void find_access(std::uintptr_t address, const AccessRecord& access);

  bool on_ = false;
  std::vector<Event> events_;
  std::vector<PlainAccess> accesses_;
};

}  // namespace model
