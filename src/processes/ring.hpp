// SPDX-License-Identifier: MIT
// A stream of bytes from one process to another, in memory that both have mapped.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "../remote/frame.hpp"

namespace fanout::detail {

// Written by one thread at a time on one side, read by one at a time on the other. Positions only
// ever grow; each side keeps its own to itself and publishes a copy, so a peer gone mad can at worst
// publish nonsense, which is noticed.
struct Ring {
  static constexpr std::size_t capacity = std::size_t{256} << 10;

  alignas(64) std::atomic<std::uint64_t> written;  // by the writer
  alignas(64) std::atomic<std::uint64_t> read;     // by the reader
  alignas(64) std::array<std::byte, capacity> bytes;
};

class RingWriter {
 public:
  explicit RingWriter(Ring& ring) noexcept : ring_(ring) {}

  bool has_room(std::size_t size) const noexcept {
    // acquire: the reader has copied what stood there; pairs with the release in consume().
    return written_ - ring_.read.load(std::memory_order_acquire) + size <= Ring::capacity;
  }

  // The caller knows that there is room. Readers see both parts or nothing.
  void write(std::span<const std::byte> header, std::span<const std::byte> payload) noexcept {
    put(header);
    put(payload);
    // seq_cst: publishes the bytes to the reader's acquire; and either the reader that is about to
    // sleep sees them, or this side sees that it sleeps (see Bell).
    ring_.written.store(written_, std::memory_order_seq_cst);
  }

 private:
  void put(std::span<const std::byte> bytes) noexcept {
    if (bytes.empty()) return;
    const std::size_t at = written_ % Ring::capacity;
    const std::size_t first = std::min(bytes.size(), Ring::capacity - at);
    std::memcpy(ring_.bytes.data() + at, bytes.data(), first);
    std::memcpy(ring_.bytes.data(), bytes.data() + first, bytes.size() - first);
    written_ += bytes.size();
  }

  Ring& ring_;
  std::uint64_t written_ = 0;
};

class RingReader {
 public:
  explicit RingReader(Ring& ring) noexcept : ring_(ring) {}

  // How much there is to read. Throws ProtocolError if the writer's position makes no sense.
  std::size_t available() const {
    // seq_cst: as in RingWriter::write(); acquires the bytes.
    const std::uint64_t size = ring_.written.load(std::memory_order_seq_cst) - read_;
    if (size > Ring::capacity) throw ProtocolError("the position in a ring makes no sense");
    return static_cast<std::size_t>(size);
  }

  bool empty() const noexcept {
    // seq_cst: as above.
    return ring_.written.load(std::memory_order_seq_cst) == read_;
  }

  // Copies what is available and gives the room back.
  void read(std::span<std::byte> bytes) noexcept {
    copy(bytes);
    give_back(bytes.size());
  }

  // The two halves of it: what is not given back is available again.
  void copy(std::span<std::byte> bytes) const noexcept {
    const std::size_t at = read_ % Ring::capacity;
    const std::size_t first = std::min(bytes.size(), Ring::capacity - at);
    std::memcpy(bytes.data(), ring_.bytes.data() + at, first);
    std::memcpy(bytes.data() + first, ring_.bytes.data(), bytes.size() - first);
  }
  void give_back(std::size_t size) noexcept {
    read_ += size;
    // release: the bytes are copied; pairs with the acquire in has_room(). seq_cst: and a writer
    // that is about to wait for room sees it, or this side sees that it waits.
    ring_.read.store(read_, std::memory_order_seq_cst);
  }

 private:
  Ring& ring_;
  std::uint64_t read_ = 0;
};

}  // namespace fanout::detail
