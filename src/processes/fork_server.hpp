// SPDX-License-Identifier: MIT
// A clean process with one thread, from which workers are forked: quicker to start than by exec.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "child.hpp"
#include "control_socket.hpp"
#include "stderr_tail.hpp"

namespace fanout::detail {

// The pool's side. Used by the thread that made it, which must outlive it.
class ForkServer final : public StatusSource {
 public:
  // Throws std::system_error.
  ForkServer();
  ~ForkServer();
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;

  bool alive() const noexcept;

  // A new worker at the other end of that socket. Throws std::system_error.
  Child start(const ControlSocket& socket, int standard_error);

  ExitStatus status_of(pid_t pid) override;

 private:
  std::optional<ControlSocket::Packet> ask(const Message& request,
                                           std::initializer_list<int> descriptors);

  ControlSocket socket_;
  // Room for an answer, there from the start: how a worker ended is also asked where memory has run
  // out, and an answer that could not be received would be taken for that to the next request.
  std::vector<std::byte> room_;
  Child child_{-1, Descriptor()};
};

// In the process itself: forks workers until the pool is gone.
[[noreturn]] void serve_as_fork_server();

}  // namespace fanout::detail
