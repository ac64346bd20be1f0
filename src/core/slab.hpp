// SPDX-License-Identifier: MIT
// Memory from the operating system, in large pieces that are cut into blocks of one size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fanout::detail {

// The header at the beginning of such a piece. A slab is aligned to its size, so a block finds it.
struct Slab {
  static constexpr std::size_t size = 2UL << 20;  // also the size of a huge page on most machines

  // `huge`: the memory will be used soon, so pages may come in one piece. Throws std::bad_alloc.
  static Slab* map(std::size_t block_size, bool huge);

  // No block of it is used any more.
  void unmap() noexcept;

  static Slab* of(const void* block) noexcept {
    return reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(size - 1));
  }

  std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this) + header; }
  std::byte* end() noexcept { return begin() + blocks * block_size; }

  const std::size_t block_size;
  const std::size_t blocks;

  // For whoever looks for slabs that are free as a whole; see Store::trim().
  std::size_t found = 0;
  Slab* next = nullptr;

 private:
  static constexpr std::size_t header = 64;

  explicit Slab(std::size_t bytes) noexcept : block_size(bytes), blocks((size - header) / bytes) {}
};

}  // namespace fanout::detail
