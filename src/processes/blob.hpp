// SPDX-License-Identifier: MIT
// Big payloads: memory that a descriptor stands for, so that another process can map it too.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <fanout/detail/deadline.hpp>
#include <fanout/detail/payload.hpp>

#include "../core/fork_guard.hpp"
#include "../core/mutex.hpp"
#include "descriptor.hpp"

namespace fanout::detail {

// Payloads from this size on travel apart.
inline constexpr std::size_t apart_from = std::size_t{32} << 10;

// A mapped memory file. It cannot shrink, so nobody can take the memory away under a reader.
class SharedMemory {
 public:
  SharedMemory() = default;

  // New. Throws std::system_error where memory or descriptors have run out.
  explicit SharedMemory(std::size_t size);

  // One that another process made. Throws ProtocolError if that one could still shrink it.
  explicit SharedMemory(Descriptor file);

  SharedMemory(SharedMemory&& other) noexcept
      : file_(std::move(other.file_)), bytes_(std::exchange(other.bytes_, {})) {}
  SharedMemory& operator=(SharedMemory&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~SharedMemory();

  std::span<std::byte> bytes() const noexcept { return bytes_; }
  int descriptor() const noexcept { return file_.get(); }

 private:
  void map(std::size_t size);

  Descriptor file_;
  std::span<std::byte> bytes_;
};

// Keeps the memory of past payloads for a moment: to get new pages from the kernel costs several
// times what copying does. Any thread.
class SharedMemoryCache {
 public:
  // At least that big.
  SharedMemory take(std::size_t size);

  // In a forked child it keeps nothing: nobody takes it there, and the lock may be held for ever.
  void put(SharedMemory memory) noexcept;

  // Frees everything, and keeps nothing from now on.
  void close() noexcept;

  // Frees what nobody has wanted for a second; when to call it next.
  Deadline tidy() noexcept;

 private:
  struct Kept {
    SharedMemory memory;
    Deadline expiry;
  };

  const ForkGuard fork_guard_;
  Mutex mutex_;
  bool closed_ FANOUT_GUARDED_BY(mutex_) = false;
  std::vector<Kept> kept_ FANOUT_GUARDED_BY(mutex_);
};

class MemoryBlob final : public Blob {
 public:
  // `cache`, if there is one, gets the memory when the blob was released before it goes.
  MemoryBlob(SharedMemory memory, std::size_t size, std::shared_ptr<SharedMemoryCache> cache)
      : memory_(std::move(memory)), size_(size), cache_(std::move(cache)) {}
  ~MemoryBlob() override {
    if (released_ && cache_ != nullptr) cache_->put(std::move(memory_));
  }
  MemoryBlob(const MemoryBlob&) = delete;
  MemoryBlob& operator=(const MemoryBlob&) = delete;

  std::span<std::byte> bytes() noexcept override { return memory_.bytes().first(size_); }
  bool resize(std::size_t size) noexcept override {
    if (size > memory_.bytes().size()) return false;
    size_ = size;
    return true;
  }
  void release() noexcept override { released_ = true; }
  int descriptor() const noexcept { return memory_.descriptor(); }

 private:
  SharedMemory memory_;
  std::size_t size_;
  std::shared_ptr<SharedMemoryCache> cache_;
  bool released_ = false;
};

}  // namespace fanout::detail
