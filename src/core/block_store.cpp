// SPDX-License-Identifier: MIT
#include "block_store.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace fanout::detail {
namespace {

// The blocks of a list of bundles, in two passes: the first counts for each slab how many of its
// blocks are there; the second keeps those whose slab has others elsewhere, and frees the rest.
class Trim {
 public:
  explicit Trim(FreeBlock* bundles) noexcept : bundles_(bundles) {
    for (FreeBlock* bundle = bundles; bundle != nullptr; bundle = bundle->next_bundle) {
      if (!bundle->mixed) {
        Slab::of(bundle)->found += bundle->count;
        continue;
      }
      for (FreeBlock* block = bundle; block != nullptr; block = block->next) {
        ++Slab::of(block)->found;
      }
    }
  }

  // The first and the last of the bundles that are kept, and the bytes in them.
  struct Kept {
    FreeBlock* first = nullptr;
    FreeBlock* last = nullptr;
    std::size_t bytes = 0;
  };

  Kept free_slabs() noexcept {
    while (FreeBlock* const bundle = bundles_) {
      bundles_ = bundle->next_bundle;
      if (!bundle->mixed) {
        if (keeps(bundle, bundle->count)) keep(Bundle(bundle));
        continue;
      }
      for (FreeBlock* block = bundle; block != nullptr;) {
        FreeBlock* const next = block->next;
        if (keeps(block, 1)) {
          rest_.push(block);
          if (rest_.full()) keep(std::exchange(rest_, {}));
        }
        block = next;
      }
    }
    if (!rest_.empty()) keep(std::exchange(rest_, {}));
    while (free_ != nullptr) std::exchange(free_, free_->next)->unmap();
    return kept_;
  }

 private:
  // Counts kept blocks off again, so that `found` is 0 at the end.
  bool keeps(FreeBlock* block, std::size_t count) noexcept {
    Slab* const slab = Slab::of(block);
    if (slab->found < slab->blocks) {
      slab->found -= count;
      kept_.bytes += count * slab->block_size;
      return true;
    }
    if (slab->found == slab->blocks) {  // seen for the first time
      ++slab->found;
      slab->next = std::exchange(free_, slab);
    }
    return false;
  }

  void keep(Bundle bundle) noexcept {
    kept_.first = bundle.link_to(kept_.first);
    if (kept_.last == nullptr) kept_.last = kept_.first;
  }

  FreeBlock* bundles_;
  Kept kept_;
  Bundle rest_;
  Slab* free_ = nullptr;
};

}  // namespace

// relaxed, in this file: the mutex orders what matters; without it the pointers are only looked at.

Bundle Store::take() noexcept {
  if (first_.load(std::memory_order_relaxed) == nullptr || !mutex_.try_lock()) return {};
  Bundle bundle;
  if (FreeBlock* const first = first_.load(std::memory_order_relaxed)) {
    first_.store(first->next_bundle, std::memory_order_relaxed);
    bytes_ -= first->count * Slab::of(first)->block_size;
    limit_ = std::min(limit_, limit_for(bytes_));
    bundle = Bundle(first);
  }
  mutex_.unlock();
  return bundle;
}

bool Store::give(Bundle& bundle) noexcept {
  if (!mutex_.try_lock()) return false;
  FreeBlock* const first = bundle.link_to(first_.load(std::memory_order_relaxed));
  first_.store(first, std::memory_order_relaxed);
  bytes_ += first->count * Slab::of(first)->block_size;
  const bool surplus = bytes_ > limit_ && !trimming_;
  if (surplus) trimming_ = true;
  mutex_.unlock();
  if (surplus) trim();
  return true;
}

// Others may take and give meanwhile: the blocks that are looked at are in no list that they see.
void Store::trim() noexcept {
  FreeBlock* bundles = nullptr;
  {
    const Lock lock(mutex_);
    bundles = first_.load(std::memory_order_relaxed);
    first_.store(nullptr, std::memory_order_relaxed);
    bytes_ = 0;
  }
  const Trim::Kept kept = Trim(bundles).free_slabs();
  const Lock lock(mutex_);
  if (kept.first != nullptr) {
    kept.last->next_bundle = first_.load(std::memory_order_relaxed);
    first_.store(kept.first, std::memory_order_relaxed);
    bytes_ += kept.bytes;
  }
  limit_ = limit_for(kept.bytes);
  trimming_ = false;
}

Uncut Store::take_uncut() noexcept {
  if (uncut_.load(std::memory_order_relaxed) == nullptr || !mutex_.try_lock()) return {};
  FreeBlock* const rest = uncut_.load(std::memory_order_relaxed);
  if (rest != nullptr) uncut_.store(rest->next, std::memory_order_relaxed);
  mutex_.unlock();
  if (rest == nullptr) return {};
  return {reinterpret_cast<std::byte*>(rest), Slab::of(rest)->end()};
}

bool Store::give_uncut(Uncut rest) noexcept {
  if (!mutex_.try_lock()) return false;
  FreeBlock* const next = uncut_.load(std::memory_order_relaxed);
  uncut_.store(::new (rest.begin) FreeBlock{next, nullptr, 0, false}, std::memory_order_relaxed);
  mutex_.unlock();
  return true;
}

}  // namespace fanout::detail
