// SPDX-License-Identifier: MIT
#include "control_socket.hpp"

#include <cerrno>
#include <cstring>
#include <exception>

#include <sys/socket.h>
#include <sys/uio.h>

namespace fanout::detail {
namespace {

constexpr std::size_t most_descriptors = 3;

struct alignas(cmsghdr) ControlBuffer {
  std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> bytes;
};

iovec io_of(std::span<const std::byte> bytes) {
  return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

}  // namespace

std::pair<ControlSocket, ControlSocket> ControlSocket::pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("socketpair for a worker");
  }
  Descriptor second(ends[1]);  // owned also if the first cannot be copied
  ControlSocket first(beyond_standard_streams(ends[0]));
  return {std::move(first), ControlSocket(beyond_standard_streams(second.release()))};
}

ControlSocket::Sent ControlSocket::send(const Message& message,
                                        std::initializer_list<int> descriptors, bool block) {
  const FrameHeader header = encode_header(message);
  std::array<iovec, 2> parts{io_of(header), io_of(message.payload)};
  msghdr packet{};
  packet.msg_iov = parts.data();
  packet.msg_iovlen = parts.size();
  ControlBuffer control{};
  if (descriptors.size() != 0) {
    const std::size_t size = descriptors.size() * sizeof(int);
    packet.msg_control = control.bytes.data();
    packet.msg_controllen = CMSG_SPACE(size);
    cmsghdr* const part = CMSG_FIRSTHDR(&packet);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(part), descriptors.begin(), size);
  }
  for (;;) {
    if (sendmsg(socket_.get(), &packet, MSG_NOSIGNAL | (block ? 0 : MSG_DONTWAIT)) >= 0) {
      return Sent::yes;
    }
    if (errno == EINTR) continue;
    const bool no_room = errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS;
    return no_room ? Sent::no_room : Sent::peer_gone;
  }
}

std::optional<ControlSocket::Packet> ControlSocket::receive(bool block,
                                                            std::vector<std::byte> room) {
  Packet packet;
  packet.bytes = std::move(room);
  packet.bytes.resize(room_for_packet);
  iovec part = io_of(packet.bytes);
  ControlBuffer control{};
  msghdr received{};
  received.msg_iov = &part;
  received.msg_iovlen = 1;
  received.msg_control = control.bytes.data();
  received.msg_controllen = control.bytes.size();
  ssize_t size = 0;
  do {
    size = recvmsg(socket_.get(), &received, MSG_CMSG_CLOEXEC | (block ? 0 : MSG_DONTWAIT));
  } while (size < 0 && errno == EINTR);
  if (size <= 0) {
    peer_gone_ = peer_gone_ || size == 0 || errno != EAGAIN;
    return std::nullopt;
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&received); header != nullptr;
       header = CMSG_NXTHDR(&received, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count && i < most_descriptors; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      try {
        packet.descriptors[i] = beyond_standard_streams(number);
      } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
        // There is no number for it: it has not arrived, as when the kernel finds none.
      }
    }
  }
  packet.bytes.resize(static_cast<std::size_t>(size));
  packet.message = decode_frame(packet.bytes);
  if ((received.msg_flags & MSG_TRUNC) != 0) throw ProtocolError("a packet is too long");
  return packet;
}

}  // namespace fanout::detail
