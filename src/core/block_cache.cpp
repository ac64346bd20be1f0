// SPDX-License-Identifier: MIT
#include "block_cache.hpp"

#include <array>
#include <new>
#include <utility>

#include "block_store.hpp"

namespace fanout::detail {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool recycle = false;  // so that uses of freed blocks are found
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool recycle = false;
#else
constexpr bool recycle = true;
#endif
#else
constexpr bool recycle = true;
#endif

constexpr std::size_t grain = 16;
constexpr std::size_t smallest = sizeof(FreeBlock);
constexpr std::size_t kinds = 32;  // sizes up to 512 bytes

std::size_t kind_of(std::size_t size) noexcept {
  return (size < smallest ? smallest - 1 : size - 1) / grain;
}
std::size_t size_of(std::size_t kind) noexcept { return (kind + 1) * grain; }

constinit std::array<Store, kinds> stores;

// The free blocks of one size that a thread keeps: a bundle in use, at most one full one beside it
// (so that a thread that allocates and frees around a boundary does not go to the store each time),
// and the slab that it cuts.
class Shelf {
 public:
  void* allocate(std::size_t kind) {
    if (current_.empty()) {
      if (full_ != nullptr) {
        current_ = Bundle(std::exchange(full_, full_->next_bundle));
      } else {
        current_ = stores[kind].take();
        if (current_.empty()) return cut(kind);
      }
    }
    return current_.pop();
  }

  void free(std::size_t kind, void* block) noexcept {
    if (current_.full()) {
      // More than one stay here only while the store is taken.
      while (full_ != nullptr && give_one(kind)) {
      }
      full_ = current_.link_to(full_);
    }
    current_.push(block);
  }

  // The thread ends. It insists for a while, but the lock may be that of a thread that a forked
  // child does not have: then the memory is lost.
  void give_all(std::size_t kind) noexcept {
    if (!current_.empty()) full_ = current_.link_to(full_);
    bool cut = uncut_.begin != uncut_.end;
    for (int tries = 0; tries < 1000 && (full_ != nullptr || cut); ++tries) {
      while (full_ != nullptr && give_one(kind)) {
      }
      if (cut) cut = !stores[kind].give_uncut(uncut_);
      if (full_ != nullptr || cut) yield_thread();
    }
    *this = {};
  }

 private:
  void* cut(std::size_t kind) {
    if (uncut_.begin == uncut_.end) {
      uncut_ = stores[kind].take_uncut();
      if (uncut_.begin == nullptr) {
        // Who needed a whole slab before is likely to need all of the next.
        Slab* const slab = Slab::map(size_of(kind), busy_);
        uncut_ = {slab->begin(), slab->end()};
        busy_ = true;
      }
    }
    return std::exchange(uncut_.begin, uncut_.begin + size_of(kind));
  }

  bool give_one(std::size_t kind) noexcept {
    FreeBlock* const next = full_->next_bundle;
    Bundle bundle(full_);
    if (stores[kind].give(bundle)) {
      full_ = next;
      return true;
    }
    return false;
  }

  Bundle current_;
  FreeBlock* full_ = nullptr;  // a list of bundles
  Uncut uncut_;
  bool busy_ = false;
};

enum class Phase : char { unused, in_use, over };

struct ThreadCache {
  std::array<Shelf, kinds> shelves;
  Phase phase = Phase::unused;
};

// Trivially destructible: blocks are freed by other thread-local and static objects until the very
// end.
constinit thread_local ThreadCache cache;

// Gives everything back when the thread ends; afterwards it keeps nothing.
struct CacheGuard {
  ~CacheGuard() {
    cache.phase = Phase::over;
    for (std::size_t kind = 0; kind < kinds; ++kind) cache.shelves[kind].give_all(kind);
  }
  void touch() noexcept {}
};
thread_local CacheGuard guard;

bool usable() noexcept {
  if (cache.phase == Phase::in_use) [[likely]] {
    return true;
  }
  if (cache.phase == Phase::over) return false;
  guard.touch();  // from now on it is destroyed with the thread
  cache.phase = Phase::in_use;
  return true;
}

}  // namespace

void* allocate_block(std::size_t size) {
  const std::size_t kind = kind_of(size);
  if (kind >= kinds || !recycle) return ::operator new(size);
  if (usable()) [[likely]] {
    return cache.shelves[kind].allocate(kind);
  }
  Shelf shelf;
  void* const block = shelf.allocate(kind);
  shelf.give_all(kind);
  return block;
}

void free_block(void* block, std::size_t size) noexcept {
  const std::size_t kind = kind_of(size);
  if (kind >= kinds || !recycle) {
    ::operator delete(block);
  } else if (usable()) [[likely]] {
    cache.shelves[kind].free(kind, block);
  } else {
    Shelf shelf;
    shelf.free(kind, block);
    shelf.give_all(kind);
  }
}

}  // namespace fanout::detail
