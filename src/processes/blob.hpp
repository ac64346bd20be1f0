// SPDX-License-Identifier: MIT
// A big payload in memory that a descriptor stands for, so that another process can map it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include <fanout/detail/payload.hpp>

#include "descriptor.hpp"

namespace fanout::detail {

// Payloads from this size on travel apart.
inline constexpr std::size_t apart_from = std::size_t{32} << 10;

class MemoryBlob final : public Blob {
 public:
  // New and writable. Throws std::system_error where memory or descriptors have run out.
  explicit MemoryBlob(std::size_t size);

  // One that another process made; read-only. Throws ProtocolError unless it is `sealed` against
  // every change, if that is asked for: a mad peer could cut it off under the reader otherwise.
  MemoryBlob(Descriptor memory, bool sealed);

  ~MemoryBlob() override;
  MemoryBlob(const MemoryBlob&) = delete;
  MemoryBlob& operator=(const MemoryBlob&) = delete;

  std::span<std::byte> bytes() noexcept override { return bytes_; }
  int descriptor() const noexcept { return memory_.get(); }

  // Nobody can change it from now on, and this process no longer sees it.
  void seal();

 private:
  void unmap() noexcept;

  Descriptor memory_;
  std::span<std::byte> bytes_;
};

}  // namespace fanout::detail
