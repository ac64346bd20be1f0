// SPDX-License-Identifier: MIT
// Memory for task blocks, which are recycled: a burst of tasks spends most of its time in malloc
// otherwise.
#pragma once

#include <cstddef>

namespace fanout::detail {

// Each thread keeps some free blocks of each size. Blocks are often allocated by one thread and
// freed by another, so what a thread has too much of goes, many at a time, to a common store, from
// which threads that have none take. New ones are cut from slabs, and what the store has too much
// of goes back to the system, a slab at a time. Big blocks come from operator new. Throws
// std::bad_alloc.
void* allocate_block(std::size_t size);

// `size` as it was allocated. Any thread.
void free_block(void* block, std::size_t size) noexcept;

}  // namespace fanout::detail
