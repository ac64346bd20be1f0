// SPDX-License-Identifier: MIT
// How a message looks as bytes, and how bytes of a peer that may be mad become messages again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "message.hpp"

namespace fanout::detail {

// The peer sent what is no frame. It is not to be listened to any more.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A frame is a header and then `length` bytes of payload:
//
//   magic 4 | kind 2 | flags 2 | call 8 | slot 4 | length 4 | checksum of header 4 | of payload 4
//
// in the byte order of the machine: both sides are the same program on the same kind of machine.
inline constexpr std::size_t header_size = 32;
using FrameHeader = std::array<std::byte, header_size>;

// No frame has more payload; more travels apart from it.
inline constexpr std::size_t longest_payload = std::size_t{64} << 10;

// What stands before the message's payload, which is at most longest_payload.
FrameHeader encode_header(const Message& message) noexcept;

// The frame at the beginning of the bytes; its payload is a view into them, and the frame takes
// header_size and that much. Throws ProtocolError if it is none, or not all there: transports
// deliver whole frames or nothing.
Message decode_frame(std::span<const std::byte> bytes);

}  // namespace fanout::detail
