// SPDX-License-Identifier: MIT
// The bytes of one call or one outcome, where a transport wants them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace fanout::detail {

// Memory that a transport hands over as a whole instead of copying it.
class Blob {
 public:
  virtual ~Blob() = default;
  virtual std::span<std::byte> bytes() noexcept = 0;

  // Makes the same memory stand for another number of bytes; false: it has no room for them.
  virtual bool resize(std::size_t size) noexcept = 0;

  // Nobody else reads or writes it any more, so its memory may serve again.
  virtual void release() noexcept {}
};

// On the heap when small, in a blob when big. Move-only.
class Payload {
 public:
  Payload() = default;
  explicit Payload(std::size_t size)
      : heap_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}
  explicit Payload(std::unique_ptr<Blob> blob) noexcept : blob_(std::move(blob)) {}

  std::span<std::byte> bytes() noexcept {
    return blob_ != nullptr ? blob_->bytes() : std::span<std::byte>(heap_.get(), size_);
  }
  Blob* blob() const noexcept { return blob_.get(); }

  void clear() noexcept {
    heap_.reset();
    blob_.reset();
    size_ = 0;
  }

 private:
  std::unique_ptr<std::byte[]> heap_;
  std::unique_ptr<Blob> blob_;
  std::size_t size_ = 0;
};

}  // namespace fanout::detail
