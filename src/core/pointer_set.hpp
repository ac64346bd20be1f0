// SPDX-License-Identifier: MIT
// A set of pointers, for telling repeated handles apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fanout::detail {

// Open addressing in one array, at most half full; null is no member.
class PointerSet {
 public:
  void reserve(std::size_t count) {
    std::size_t slots = slots_.size();
    if (slots >= 2 * count) return;
    if (slots == 0) slots = 16;
    while (slots < 2 * count) slots *= 2;
    std::vector<const void*> old(slots);
    old.swap(slots_);
    for (const void* pointer : old) {
      if (pointer != nullptr) *slot_of(pointer) = pointer;
    }
  }

  bool contains(const void* pointer) {
    reserve(1);
    return *slot_of(pointer) == pointer;
  }

  // Says whether it is new.
  bool insert(const void* pointer) {
    reserve(size_ + 1);
    const void** const slot = slot_of(pointer);
    if (*slot == pointer) return false;
    *slot = pointer;
    ++size_;
    return true;
  }

  // It is a member.
  void erase(const void* pointer) {
    const std::size_t mask = slots_.size() - 1;
    auto hole = static_cast<std::size_t>(slot_of(pointer) - slots_.data());
    // Members that were pushed past the hole move back into it, so that searches still find them.
    for (std::size_t i = (hole + 1) & mask; slots_[i] != nullptr; i = (i + 1) & mask) {
      const std::size_t wanted = home_of(slots_[i]);
      if (((i - wanted) & mask) >= ((i - hole) & mask)) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    }
    slots_[hole] = nullptr;
    --size_;
  }

 private:
  std::size_t home_of(const void* pointer) const {
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;  // spreads addresses over the upper bits
    const std::uint64_t mixed = reinterpret_cast<std::uintptr_t>(pointer) * golden;
    return static_cast<std::size_t>(mixed >> 32) & (slots_.size() - 1);
  }

  // Where the pointer is, or the free slot where it belongs.
  const void** slot_of(const void* pointer) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t index = home_of(pointer);
    while (slots_[index] != nullptr && slots_[index] != pointer) index = (index + 1) & mask;
    return &slots_[index];
  }

  std::vector<const void*> slots_;
  std::size_t size_ = 0;
};

}  // namespace fanout::detail
