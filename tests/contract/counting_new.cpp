// SPDX-License-Identifier: MIT
// Replaces operator new by one that counts.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "contract/counting.hpp"

namespace fanout::test {
namespace {

// Each block is preceded by its size, in a place that keeps the block's alignment.
constexpr std::size_t header = alignof(std::max_align_t);

void* counted_new(std::size_t size) {
  void* block = std::malloc(size + header);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  *static_cast<std::size_t*>(block) = size;
  bytes_in_use += static_cast<long>(size);
  return static_cast<char*>(block) + header;
}

void counted_delete(void* pointer) noexcept {
  if (pointer != nullptr) {
    void* block = static_cast<char*>(pointer) - header;
    bytes_in_use -= static_cast<long>(*static_cast<std::size_t*>(block));
    std::free(block);
  }
}

}  // namespace
}  // namespace fanout::test

using fanout::test::counted_delete;
using fanout::test::counted_new;

void* operator new(std::size_t size) { return counted_new(size); }
void* operator new[](std::size_t size) { return counted_new(size); }
void operator delete(void* pointer) noexcept { counted_delete(pointer); }
void operator delete[](void* pointer) noexcept { counted_delete(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { counted_delete(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { counted_delete(pointer); }
