// SPDX-License-Identifier: MIT
// A socket that closes itself, and the two ways in which the demonstration's server waits for one.
#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "../event.hpp"

namespace fanout::cli {

// Owns a descriptor. Move-only.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket();

  int descriptor() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }

  // Is there something to read (or to accept) before `stop` is set and `timeout` has passed?
  bool wait_readable(const Event& stop, std::chrono::milliseconds timeout) const;
  // Has all of it been sent? No where the peer has gone, stopped reading, or `stop` is set.
  bool send_all(std::string_view data, const Event& stop, std::chrono::milliseconds timeout) const;

  // Listening on 127.0.0.1; port 0 lets the system choose. Throws std::system_error.
  static Socket listen_on_loopback(int port);
  int port() const;
  // The next connection; an invalid one where there is none after all.
  Socket accept() const;

 private:
  int descriptor_ = -1;
};

}  // namespace fanout::cli
