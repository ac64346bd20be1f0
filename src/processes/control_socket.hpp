// SPDX-License-Identifier: MIT
// The socket between a pool and a worker: messages that carry a descriptor, or cannot wait in line.
// Its end also tells each side that the other one is gone.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../remote/frame.hpp"
#include "descriptor.hpp"

namespace fanout::detail {

class ControlSocket {
 public:
  ControlSocket() = default;
  explicit ControlSocket(Descriptor socket) noexcept : socket_(std::move(socket)) {}

  // Two ends, closed on exec.
  static std::pair<ControlSocket, ControlSocket> pair();

  int descriptor() const noexcept { return socket_.get(); }
  Descriptor release() noexcept { return std::move(socket_); }

  enum class Sent { yes, no_room, peer_gone };

  // One message in one packet, with copies of the descriptors. Never raises SIGPIPE.
  Sent send(const Message& message, std::initializer_list<int> descriptors, bool block);

  struct Packet {
    Message message;  // its payload is in `bytes`
    std::vector<std::byte> bytes;
    std::array<Descriptor, 3> descriptors;
  };

  // The next packet. Nothing: there is none (without `block`), or the peer is gone: see
  // peer_gone(). Throws ProtocolError. `room` for it, of room_for_packet bytes, can be brought
  // along: then no memory is asked for when it may be too late to do without.
  std::optional<Packet> receive(bool block, std::vector<std::byte> room = {});
  static constexpr std::size_t room_for_packet = header_size + longest_payload;
  bool peer_gone() const noexcept { return peer_gone_; }

 private:
  Descriptor socket_;
  bool peer_gone_ = false;
};

}  // namespace fanout::detail
