// SPDX-License-Identifier: MIT
#include "frame.hpp"

#include <cstring>
#include <string>

namespace fanout::detail {
namespace {

constexpr std::uint32_t magic = 0x544f4e46;  // "FNOT"
constexpr std::size_t header_checksum_at = 24;
constexpr std::size_t payload_checksum_at = 28;

template <class T>
void put(FrameHeader& header, std::size_t at, T value) noexcept {
  std::memcpy(header.data() + at, &value, sizeof(value));
}

template <class T>
T get(const FrameHeader& header, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, header.data() + at, sizeof(value));
  return value;
}

// Finds accidents, not attacks: eight bytes at a time, multiplied and folded.
std::uint32_t checksum(std::span<const std::byte> bytes) noexcept {
  std::uint64_t sum = 0x9e3779b97f4a7c15 ^ bytes.size();
  const auto mix = [&sum](std::uint64_t word) {
    sum = (sum ^ word) * 0xff51afd7ed558ccd;
    sum ^= sum >> 32;
  };
  std::uint64_t word = 0;
  for (; bytes.size() >= sizeof(word); bytes = bytes.subspan(sizeof(word))) {
    std::memcpy(&word, bytes.data(), sizeof(word));
    mix(word);
  }
  if (!bytes.empty()) {
    word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    mix(word);
  }
  return static_cast<std::uint32_t>(sum);
}

std::uint32_t checksum_of(const FrameHeader& header) noexcept {
  return checksum(std::span(header).first(header_checksum_at));
}

}  // namespace

FrameHeader encode_header(const Message& message) noexcept {
  FrameHeader header{};
  put(header, 0, magic);
  put(header, 4, static_cast<std::uint16_t>(message.kind));
  put(header, 6, message.flags);
  put(header, 8, message.call);
  put(header, 16, message.slot);
  put(header, 20, static_cast<std::uint32_t>(message.payload.size()));
  put(header, header_checksum_at, checksum_of(header));
  put(header, payload_checksum_at, checksum(message.payload));
  return header;
}

Message decode_frame(std::span<const std::byte> bytes) {
  FrameHeader header;
  if (bytes.size() < header.size()) throw ProtocolError("a frame ends within its header");
  std::memcpy(header.data(), bytes.data(), header.size());
  bytes = bytes.subspan(header.size());
  if (get<std::uint32_t>(header, 0) != magic) throw ProtocolError("a frame begins with garbage");
  if (get<std::uint32_t>(header, header_checksum_at) != checksum_of(header)) {
    throw ProtocolError("the header of a frame is damaged");
  }
  const auto kind = get<std::uint16_t>(header, 4);
  const auto flags = get<std::uint16_t>(header, 6);
  if (kind == 0 || kind > static_cast<std::uint16_t>(last_message_kind) ||
      (flags & ~known_flags) != 0) {
    throw ProtocolError("a frame of no known kind (" + std::to_string(kind) + ")");
  }
  const std::size_t length = get<std::uint32_t>(header, 20);
  if (length > longest_payload) {
    throw ProtocolError("a frame of " + std::to_string(length) + " bytes, more than the limit of " +
                        std::to_string(longest_payload));
  }
  if (length > bytes.size()) throw ProtocolError("a frame ends within its payload");
  bytes = bytes.first(length);
  if (get<std::uint32_t>(header, payload_checksum_at) != checksum(bytes)) {
    throw ProtocolError("the payload of a frame is damaged");
  }
  return {.kind = static_cast<MessageKind>(kind),
          .flags = flags,
          .slot = get<std::uint32_t>(header, 16),
          .call = get<std::uint64_t>(header, 8),
          .payload = bytes};
}

}  // namespace fanout::detail
