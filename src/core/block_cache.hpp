// SPDX-License-Identifier: MIT
// Memory for task blocks.
#pragma once

#include <cstddef>
#include <new>

namespace fanout::detail {

inline void* allocate_block(std::size_t size) { return ::operator new(size); }

inline void free_block(void* block, std::size_t size) noexcept { ::operator delete(block, size); }

}  // namespace fanout::detail
