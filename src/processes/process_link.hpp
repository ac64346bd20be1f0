// SPDX-License-Identifier: MIT
// The pool's end of the line to one worker process.
#pragma once

#include <optional>
#include <utility>

#include "../remote/transport.hpp"
#include "control_socket.hpp"
#include "segment.hpp"

namespace fanout::detail {

// Calls and answers go through the shared rings; the socket carries what has a descriptor with it,
// and requests to stop. As with every Link, the client's lock is held.
class ProcessLink final : public Link {
 public:
  ProcessLink(SharedSegment segment, ControlSocket socket) noexcept
      : segment_(std::move(segment)), socket_(std::move(socket)) {}

  std::size_t slots() const noexcept override { return slot_count; }
  bool send(const Message& call, Blob* apart) noexcept override;
  bool revoke(std::uint32_t slot, std::uint64_t call) noexcept override;
  bool started(std::uint32_t slot, std::uint64_t call) const noexcept override;
  void stop(std::uint64_t call) noexcept override;
  void retire() noexcept override;
  bool has_mail() const noexcept override;
  void receive(Inbox& inbox) override;
  void set_watched(bool watched) noexcept override;

  // --- for the pool's thread, which needs no lock for these ---

  int socket() const noexcept { return socket_.descriptor(); }

  // The socket can be read.
  void socket_has_mail() noexcept {
    // relaxed: a hint to whoever collects next.
    socket_has_mail_.store(true, std::memory_order_relaxed);
  }

  // Under the pool's mutex: how the worker is to be ended. The last wish counts.
  void want_ending(Ending how) noexcept { wanted_ending_ = how; }
  std::optional<Ending> take_wanted_ending() noexcept {
    return std::exchange(wanted_ending_, std::nullopt);
  }

  // The pool's thread is about to sleep; the worker's next answer rings the bell.
  void announce_sleep() noexcept { segment_->pool_asleep.announce(); }
  void retract_sleep() noexcept { segment_->pool_asleep.retract(); }

 private:
  void receive_answers(Inbox& inbox);
  void give_back(std::size_t size) noexcept;
  void receive_apart(Inbox& inbox);
  bool write(const Message& message) noexcept;

  SharedSegment segment_;
  ControlSocket socket_;
  RingWriter calls_{segment_->calls};
  RingReader answers_{segment_->answers};
  std::atomic<bool> socket_has_mail_{false};
  std::optional<Ending> wanted_ending_;
};

}  // namespace fanout::detail
