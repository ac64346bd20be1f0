// SPDX-License-Identifier: MIT
#include "process_link.hpp"

#include <cstring>
#include <new>
#include <system_error>

#include "blob.hpp"

namespace fanout::detail {
namespace {

// The payload of a packet; nothing if this process lacks what it takes to have it.
std::unique_ptr<Blob> blob_of(ControlSocket::Packet& packet) {
  try {
    if (!packet.descriptors[0]) return nullptr;
    SharedMemory memory(std::move(packet.descriptors[0]));
    std::uint64_t size = 0;
    if (packet.message.payload.size() == sizeof(size)) {
      std::memcpy(&size, packet.message.payload.data(), sizeof(size));
    }
    if (size > memory.bytes().size())
      throw ProtocolError("a payload shorter than it is said to be");
    return std::make_unique<MemoryBlob>(std::move(memory), size, nullptr);
  } catch (const std::system_error&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

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
  return !answers_.empty() || socket_has_mail_.load(std::memory_order_relaxed);
}

// Nonsense on one of the two ways says nothing against what came on the other one before.
void ProcessLink::receive(Inbox& inbox) {
  std::optional<ProtocolError> broken;
  try {
    receive_answers(inbox);
  } catch (const ProtocolError& error) {
    broken = error;
    socket_has_mail();  // perhaps: nobody will look later
  }
  // relaxed: as above.
  if (socket_has_mail_.exchange(false, std::memory_order_relaxed)) {
    try {
      receive_apart(inbox);
    } catch (const std::bad_alloc&) {
      socket_has_mail();
      throw;
    }
  }
  if (broken) throw ProtocolError(*broken);
}

void ProcessLink::give_back(std::size_t size) noexcept {
  answers_.give_back(size);
  if (segment_->room_wanted.take()) segment_->room_wanted.wake();
}

void ProcessLink::receive_answers(Inbox& inbox) {
  const std::size_t size = answers_.available();
  if (size == 0) return;
  answers_.copy(inbox.append(size));
  std::size_t added = 0;
  try {
    while (added != size) {
      const Message message = decode_frame(inbox.bytes().last(size - added));
      inbox.add(message);
      added += header_size + message.payload.size();
    }
  } catch (...) {
    give_back(added);
    throw;
  }
  give_back(size);
}

void ProcessLink::receive_apart(Inbox& inbox) {
  for (;;) {
    inbox.reserve_one();  // what was received can be added
    auto packet = socket_.receive(false);
    if (!packet) return;
    if ((packet->message.flags & flag_apart) == 0) {
      throw ProtocolError("a packet of a worker without a payload apart");
    }
    auto blob = blob_of(*packet);
    if (blob != nullptr) {
      inbox.add(packet->message, std::move(blob));
      continue;
    }
    // This process may open or map no more: the outcome is lost, and the call fails.
    packet->message.payload = {};
    inbox.add(packet->message);
  }
}

void ProcessLink::set_watched(bool watched) noexcept {
  // seq_cst: either the worker that has just answered sees it, or this side sees the answer when it
  // looks next (see SleepWord).
  segment_->watched.store(watched ? 1 : 0, std::memory_order_seq_cst);
}

}  // namespace fanout::detail
