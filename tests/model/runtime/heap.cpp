// SPDX-License-Identifier: MIT
#include "heap.hpp"

#include <algorithm>
#include <cstring>

#include "execution.hpp"

namespace model {

void* Heap::allocate(std::size_t bytes, std::size_t alignment) {
  bytes = std::max<std::size_t>(bytes, 1);
  used_ = (used_ + alignment - 1) & ~(alignment - 1);
  const std::uintptr_t address = begin + used_;
  used_ += (bytes + 7) & ~std::size_t{7};
  if (used_ > size) fail("the model itself: an execution needs too much memory");
  std::memset(reinterpret_cast<void*>(address), 0xa5, bytes);  // whatever was there
  blocks_.push_back({address, bytes, false});
  return reinterpret_cast<void*>(address);
}

void Heap::free(void* block) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const auto found = std::lower_bound(
      blocks_.begin(), blocks_.end(), address,
      [](const Block& candidate, std::uintptr_t wanted) { return candidate.address < wanted; });
  if (found == blocks_.end() || found->address != address) fail("freed what was never allocated");
  if (found->freed) {
    run_time.trace.add("free", address, -1, 0);
    fail("freed twice");
  }
  run_time.trace.add("free", address, -1, found->bytes);
  run_time.shadow.free(address, found->bytes);
  found->freed = true;
}

// Whatever looks like an address of a block keeps it.
std::vector<std::size_t> Heap::lost() const {
  std::vector<Block> left;
  for (const Block& block : blocks_) {
    if (!block.freed) left.push_back(block);
  }
  if (left.empty()) return {};
  std::vector<std::pair<std::uintptr_t, std::size_t>> to_scan{
      {run_time.image.statics(), run_time.image.statics_size()}};
  while (!to_scan.empty()) {
    const auto [from, bytes] = to_scan.back();
    to_scan.pop_back();
    for (std::size_t offset = 0; offset + 8 <= bytes; offset += 8) {
      std::uintptr_t word = 0;
      std::memcpy(&word, reinterpret_cast<const void*>(from + offset), sizeof word);
      if (!holds(word)) continue;
      for (Block& block : left) {
        if (block.freed || word < block.address || word >= block.address + block.bytes) continue;
        block.freed = true;
        to_scan.emplace_back(block.address, block.bytes);
      }
    }
  }
  std::vector<std::size_t> sizes;
  for (const Block& block : left) {
    if (!block.freed) sizes.push_back(block.bytes);
  }
  return sizes;
}

}  // namespace model
