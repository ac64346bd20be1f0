// SPDX-License-Identifier: MIT
#include "process_link.hpp"

#include <cstring>
#include <system_error>

#include "blob.hpp"

namespace fanout::detail {

bool ProcessLink::write(const Message& message) noexcept {
  // Room for a last `retire` is always kept.
  const std::size_t reserve = message.kind == MessageKind::retire ? 0 : header_size;
  if (!calls_.has_room(header_size + message.payload.size() + reserve)) return false;
  calls_.write(encode_header(message), message.payload);
  if (segment_->worker_asleep.take()) segment_->worker_asleep.wake();
  return true;
}

bool ProcessLink::send(const Message& call, Blob* apart) noexcept {
  if (!calls_.has_room(2 * header_size + call.payload.size())) return false;
  if (apart != nullptr) {
    // The descriptor first, so that the worker finds it when it comes to the call.
    const auto* const memory = static_cast<const MemoryBlob*>(apart);
    const std::uint64_t size = apart->bytes().size();
    Message packet = call;
    packet.payload = std::as_bytes(std::span(&size, 1));
    const auto sent = socket_.send(packet, {memory->descriptor()}, false);
    if (sent == ControlSocket::Sent::no_room) return false;
  }
  segment_->slots[call.slot].send(call.call);
  return write(call);
}

bool ProcessLink::revoke(std::uint32_t slot, std::uint64_t call) noexcept {
  return segment_->slots[slot].revoke(call);
}

bool ProcessLink::started(std::uint32_t slot, std::uint64_t call) const noexcept {
  return segment_->slots[slot].has_started(call);
}

void ProcessLink::stop(std::uint64_t call) noexcept {
  socket_.send({.kind = MessageKind::stop, .call = call, .payload = {}}, {}, false);
}

void ProcessLink::retire() noexcept { write({.kind = MessageKind::retire, .payload = {}}); }

bool ProcessLink::has_mail() const noexcept {
  // relaxed: see socket_has_mail().
  return broken_ || !answers_.empty() || socket_has_mail_.load(std::memory_order_relaxed);
}

void ProcessLink::receive(Inbox& inbox) {
  if (broken_) throw ProtocolError(*broken_);
  receive_answers(inbox);
  // relaxed: as above.
  if (socket_has_mail_.exchange(false, std::memory_order_relaxed)) receive_apart(inbox);
}

void ProcessLink::receive_answers(Inbox& inbox) {
  const std::size_t size = answers_.available();
  if (size == 0) return;
  answers_.read(inbox.append(size));
  if (segment_->room_wanted.take()) segment_->room_wanted.wake();
  try {
    for (std::size_t left = size; left != 0;) {
      const Message message = decode_frame(inbox.bytes().last(left));
      inbox.add(message);
      left -= header_size + message.payload.size();
    }
  } catch (const ProtocolError& error) {
    broken_ = error;
  }
}

void ProcessLink::receive_apart(Inbox& inbox) {
  while (auto packet = socket_.receive(false)) {
    if ((packet->message.flags & flag_apart) == 0) {
      throw ProtocolError("a packet of a worker without a payload apart");
    }
    std::uint64_t size = 0;
    SharedMemory memory;
    try {
      if (packet->descriptors[0]) memory = SharedMemory(std::move(packet->descriptors[0]));
    } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): as without a descriptor
    }
    if (memory.bytes().empty()) {
      // This process may open or map no more: the outcome is lost, and the call fails.
      packet->message.payload = {};
      inbox.add(packet->message);
      continue;
    }
    if (packet->message.payload.size() == sizeof(size)) {
      std::memcpy(&size, packet->message.payload.data(), sizeof(size));
    }
    if (size > memory.bytes().size())
      throw ProtocolError("a payload shorter than it is said to be");
    inbox.add(packet->message, std::make_unique<MemoryBlob>(std::move(memory), size, nullptr));
  }
}

void ProcessLink::set_watched(bool watched) noexcept {
  // seq_cst: either the worker that has just answered sees it, or this side sees the answer when it
  // looks next (see SleepWord).
  segment_->watched.store(watched ? 1 : 0, std::memory_order_seq_cst);
}

}  // namespace fanout::detail
