// SPDX-License-Identifier: MIT
// What client and server say to each other. README.md has the table of who sends what when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <fanout/detail/payload.hpp>

namespace fanout::detail {

enum class MessageKind : std::uint16_t {
  hello = 1,  // worker: I am this program; client: here is what we share, and the initializer
  ready,      // worker: the initializer has run
  refused,    // worker: the initializer threw; the payload is the exception
  call,       // client: run this
  started,    // worker: I run it; only for calls that announce their start
  result,     // worker: its outcome
  skipped,    // worker: it was revoked before I started it
  stop,       // client: ask that call's stop token
  retire,     // client: no more calls, leave when those before this one are done
};
inline constexpr MessageKind last_message_kind = MessageKind::retire;

// Bits of Message::flags.
inline constexpr std::uint16_t flag_apart = 1;     // the payload comes as a blob of its own
inline constexpr std::uint16_t flag_announce = 2;  // of a call: say when it starts
inline constexpr std::uint16_t flag_stopping = 4;  // of a call: its token is asked already
inline constexpr std::uint16_t flag_in_place =
    8;  // of a result: it is in the blob of the call; the
        // payload is its size
inline constexpr std::uint16_t known_flags = 15;

struct Message {
  MessageKind kind{};
  std::uint16_t flags = 0;
  std::uint32_t slot = 0;  // the place where its start is acknowledged
  std::uint64_t call = 0;
  std::span<const std::byte> payload;
};

// Messages that were received, with their bytes, so that they can be handled later.
class Inbox {
 public:
  struct Entry {
    Message message;  // its payload is invalid: the bytes move when others are appended
    std::size_t begin = 0;
    std::size_t size = 0;
    std::unique_ptr<Blob> blob;
  };

  // With it, the next add() needs no memory.
  void reserve_one() {
    if (entries_.size() == entries_.capacity()) entries_.reserve(2 * entries_.size() + 1);
  }

  // Room for a payload that is about to be added.
  std::span<std::byte> append(std::size_t size) {
    bytes_.resize(bytes_.size() + size);
    return std::span(bytes_).last(size);
  }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

  // A message whose payload stands in the bytes that were appended.
  void add(const Message& message) {
    const auto begin = message.payload.data() - bytes_.data();
    const std::size_t offset = message.payload.empty() ? 0 : static_cast<std::size_t>(begin);
    entries_.push_back({message, offset, message.payload.size(), nullptr});
  }
  void add(const Message& message, std::unique_ptr<Blob> blob) {
    entries_.push_back({message, 0, 0, std::move(blob)});
  }

  std::size_t size() const noexcept { return entries_.size(); }
  const Message& message(std::size_t index) const noexcept { return entries_[index].message; }
  std::span<const std::byte> payload(std::size_t index) noexcept {
    Entry& entry = entries_[index];
    if (entry.blob != nullptr) return entry.blob->bytes();
    return std::span<const std::byte>(bytes_).subspan(entry.begin, entry.size);
  }

 private:
  std::vector<std::byte> bytes_;
  std::vector<Entry> entries_;
};

}  // namespace fanout::detail
