// SPDX-License-Identifier: MIT
// Free blocks of one size on their way from the threads that free them to those that allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <fanout/detail/seam.hpp>

#include "mutex.hpp"
#include "slab.hpp"

namespace fanout::detail {

// What a free block holds.
struct FreeBlock {
  FreeBlock* next;
  FreeBlock* next_bundle;  // this and the rest: in the first block of a bundle, while it is stored
  std::uint32_t count;
  bool mixed;
};

// Some free blocks of one size, the one freed last first.
class Bundle {
 public:
  static constexpr std::uint32_t full_size = 64;

  Bundle() noexcept = default;

  // From the store.
  explicit Bundle(FreeBlock* first) noexcept
      : first_(first), count_(first->count), spread_(first->mixed ? Slab::size : 0) {}

  bool empty() const noexcept { return first_ == nullptr; }
  bool full() const noexcept { return count_ == full_size; }

  void push(void* block) noexcept {
    auto* const before = first_ == nullptr ? block : first_;
    spread_ |= reinterpret_cast<std::uintptr_t>(block) ^ reinterpret_cast<std::uintptr_t>(before);
    auto* const free = ::new (block) FreeBlock;  // whose other members are set when it is stored
    free->next = std::exchange(first_, free);
    ++count_;
  }
  void* pop() noexcept { return --count_, std::exchange(first_, first_->next); }

  // Makes it an element of a list of bundles. It is empty then.
  FreeBlock* link_to(FreeBlock* next_bundle) noexcept {
    first_->next_bundle = next_bundle;
    first_->count = count_;
    first_->mixed = spread_ >= Slab::size;
    return std::exchange(*this, {}).first_;
  }

 private:
  FreeBlock* first_ = nullptr;
  std::uint32_t count_ = 0;
  std::uintptr_t spread_ = 0;  // a bit for each in which addresses differ: are all of one slab?
};

// The part of a slab that was not cut into blocks yet.
struct Uncut {
  std::byte* begin = nullptr;
  std::byte* end = nullptr;
};

// If another thread holds the lock the caller goes on without: so nobody waits here, and a forked
// child does not wait for a thread that it does not have.
class Store {
 public:
  // An empty bundle: there is none, or another thread holds the lock.
  Bundle take() noexcept;

  // False: another thread holds the lock, and the caller keeps the bundle.
  bool give(Bundle& bundle) noexcept;

  // The same for what a thread leaves when it ends.
  Uncut take_uncut() noexcept;
  bool give_uncut(Uncut rest) noexcept;

 private:
  // The store looks for slabs to give back when it holds more than this. `bytes` is what it kept the
  // last time (or holds since, if less), because other blocks of the same slabs were in use: half as
  // much again has to come before it is looked at again, so a block costs a few looks at most.
  static constexpr std::size_t limit_for(std::size_t bytes) noexcept {
    constexpr std::size_t surplus = 16UL << 20;
    return bytes + bytes / 2 + surplus;
  }

  void trim() noexcept;

  Mutex mutex_;
  Atomic<FreeBlock*> first_{nullptr};  // changed under the mutex; of all others a hint
  Atomic<FreeBlock*> uncut_{nullptr};  // the same
  std::size_t bytes_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::size_t limit_ FANOUT_GUARDED_BY(mutex_) = limit_for(0);
  bool trimming_ FANOUT_GUARDED_BY(mutex_) = false;  // a thread has the blocks, without the lock
};

}  // namespace fanout::detail
