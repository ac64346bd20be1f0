// SPDX-License-Identifier: MIT
#include "block_cache.hpp"

#include <array>
#include <new>
#include <utility>

#include "mutex.hpp"

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
constexpr std::size_t kinds = 32;                 // sizes up to 512 bytes
constexpr std::size_t bundle_size = 64;           // blocks that change hands together
constexpr std::size_t stored_bytes = 16UL << 20;  // of one kind, at most, in the common store

std::size_t kind_of(std::size_t size) noexcept { return (size - 1) / grain; }

// What a free block holds.
struct FreeBlock {
  FreeBlock* next;
  FreeBlock* next_bundle;  // in the first block of a bundle that is in the store
};

// Some free blocks of one size.
struct Bundle {
  FreeBlock* first = nullptr;
  std::size_t count = 0;

  void push(void* block) noexcept { first = ::new (block) FreeBlock{first, nullptr}, ++count; }
  void* pop() noexcept { return --count, std::exchange(first, first->next); }
};

void free_all(Bundle bundle) noexcept {
  while (bundle.first != nullptr) ::operator delete(bundle.pop());
}

// Full bundles of one size. If another thread holds the lock the caller goes on without: so nobody
// waits here, and a forked child does not wait for a thread that it does not have.
class Store {
 public:
  Bundle take() noexcept {
    if (!mutex_.try_lock()) return {};
    FreeBlock* const first = first_;
    if (first != nullptr) {
      first_ = first->next_bundle;
      --bundles_;
    }
    mutex_.unlock();
    return first == nullptr ? Bundle{} : Bundle{first, bundle_size};
  }

  // Says whether there was room.
  bool give(Bundle bundle, std::size_t most) noexcept {
    if (!mutex_.try_lock()) return false;
    const bool room = bundles_ < most;
    if (room) {
      bundle.first->next_bundle = std::exchange(first_, bundle.first);
      ++bundles_;
    }
    mutex_.unlock();
    return room;
  }

 private:
  Mutex mutex_;
  FreeBlock* first_ FANOUT_GUARDED_BY(mutex_) = nullptr;
  std::size_t bundles_ FANOUT_GUARDED_BY(mutex_) = 0;
};

constinit std::array<Store, kinds> stores;

// The free blocks of one size that a thread keeps: one bundle in use, and one full or empty, so
// that a thread that allocates and frees around a boundary does not go to the store each time.
struct Shelf {
  Bundle current;
  Bundle spare;
};

enum class Phase : char { unused, in_use, over };

struct ThreadCache {
  std::array<Shelf, kinds> shelves;
  Phase phase = Phase::unused;
};

// Trivially destructible: blocks are freed by other thread-local and static objects until the very
// end.
constinit thread_local ThreadCache cache;

// Gives everything back when the thread ends; afterwards its blocks bypass the cache.
struct CacheGuard {
  ~CacheGuard() {
    cache.phase = Phase::over;
    for (Shelf& shelf : cache.shelves) {
      free_all(std::exchange(shelf.current, {}));
      free_all(std::exchange(shelf.spare, {}));
    }
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
  if (kind >= kinds) return ::operator new(size);
  // Also where the cache is bypassed: the block may be recycled later, for any size of its kind.
  const std::size_t whole = (kind + 1) * grain;
  if (!recycle || !usable()) return ::operator new(whole);
  Shelf& shelf = cache.shelves[kind];
  if (shelf.current.first == nullptr) {
    shelf.current =
        shelf.spare.first != nullptr ? std::exchange(shelf.spare, {}) : stores[kind].take();
    if (shelf.current.first == nullptr) return ::operator new(whole);
  }
  return shelf.current.pop();
}

void free_block(void* block, std::size_t size) noexcept {
  const std::size_t kind = kind_of(size);
  if (kind >= kinds || !recycle || !usable()) {
    ::operator delete(block);
    return;
  }
  Shelf& shelf = cache.shelves[kind];
  if (shelf.current.count == bundle_size) {
    if (shelf.spare.first != nullptr &&
        !stores[kind].give(shelf.spare, stored_bytes / (bundle_size * (kind + 1) * grain))) {
      free_all(shelf.spare);
    }
    shelf.spare = std::exchange(shelf.current, {});
  }
  shelf.current.push(block);
}

}  // namespace fanout::detail
