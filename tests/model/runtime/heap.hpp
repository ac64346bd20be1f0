// SPDX-License-Identifier: MIT
// The memory of an execution. No address is used twice, so a use of a freed block is seen; and
// addresses do not depend on what other executions did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace model {

class Heap {
 public:
  // At a fixed address, since programs look at addresses, too: the mutex of a state is chosen by
  // its address.
  static constexpr std::uintptr_t begin = 0x10'0000'0000;
  static constexpr std::size_t size = 8UL << 20;

  void free_all() {
    used_ = 0;
    blocks_.clear();
  }

  bool holds(std::uintptr_t address) const { return address - begin < size; }

  void* allocate(std::size_t bytes, std::size_t alignment);
  void free(void* block);

  // The sizes of the blocks that are neither freed nor reachable from a static variable.
  std::vector<std::size_t> lost() const;

 private:
  struct Block {
    std::uintptr_t address;
    std::size_t bytes;
    bool freed;
  };

  std::size_t used_ = 0;
  std::vector<Block> blocks_;  // by address
};

}  // namespace model
