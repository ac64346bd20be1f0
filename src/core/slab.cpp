// SPDX-License-Identifier: MIT
#include "slab.hpp"

#include <new>

#include <sys/mman.h>

namespace fanout::detail {

Slab* Slab::map(std::size_t block_size, bool huge) {
  // Twice the size, to keep the part that is aligned.
  void* const mapped =
      mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<std::byte*>(mapped);
  auto* const aligned = reinterpret_cast<std::byte*>(of(begin + size - 1));
  const auto before = static_cast<std::size_t>(aligned - begin);
  if (before > 0) munmap(begin, before);
  if (before < size) munmap(aligned + size, size - before);
#if defined(MADV_HUGEPAGE)
  if (huge) madvise(aligned, size, MADV_HUGEPAGE);  // only an advice
#endif
  return ::new (aligned) Slab(block_size);
}

void Slab::unmap() noexcept { munmap(this, size); }

}  // namespace fanout::detail
