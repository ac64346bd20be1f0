// SPDX-License-Identifier: MIT
// The server: what a worker does with the messages of its client.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include "../core/mutex.hpp"
#include "message.hpp"

namespace fanout::detail {

// What a server needs of whatever carries its messages.
class ServerTransport {
 public:
  virtual ~ServerTransport() = default;

  // Acknowledges the start of the call in that slot. False: the client revoked it.
  virtual bool claim(std::uint32_t slot, std::uint64_t call) = 0;

  // Memory for an outcome of this size that travels apart; null if it had better not.
  virtual std::unique_ptr<Blob> allocate(std::size_t size) = 0;

  // The payload of a call that came apart from it; blocks until it is there.
  virtual std::unique_ptr<Blob> take_apart(std::uint64_t call) = 0;

  virtual void send(const Message& message, std::unique_ptr<Blob> apart) = 0;
};

// One thread handles messages; any other may request stops.
class Server {
 public:
  explicit Server(ServerTransport& transport) noexcept : transport_(transport) {}

  // Runs the initializer, if there is one, and says `ready` or `refused`. Says which.
  bool initialize(std::span<const std::byte> initializer);

  // Runs a call. False: the client sends no more, leave.
  bool handle(const Message& message);

  // Asks the stop token of a call that runs or will.
  void request_stop(std::uint64_t call);

 private:
  void run(const Message& message);
  std::stop_token begin(const Message& message);
  void end();

  ServerTransport& transport_;
  std::vector<std::byte> small_;  // room for outcomes that travel with their message

  Mutex mutex_;
  std::uint64_t running_ FANOUT_GUARDED_BY(mutex_) = 0;
  std::uint64_t last_ FANOUT_GUARDED_BY(mutex_) = 0;  // the newest call that was begun
  std::stop_source stop_ FANOUT_GUARDED_BY(mutex_);
  std::unordered_set<std::uint64_t> to_stop_ FANOUT_GUARDED_BY(mutex_);  // not yet begun
};

}  // namespace fanout::detail
