// SPDX-License-Identifier: MIT
#include "fork_server.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "spawn.hpp"
#include "worker_process.hpp"

namespace fanout::detail {
namespace {

// In the fork: becomes what an exec would have made of it, and serves.
[[noreturn]] void become_worker(const Descriptor& socket, const Descriptor& standard_error) {
  setpgid(0, 0);
  dup2(standard_error.get(), STDERR_FILENO);
  dup2(socket.get(), inherited_socket);
  closefrom(inherited_socket + 1);  // also where the kernel has no call for it
  serve_as_worker();
}

}  // namespace

ForkServer::ForkServer() : room_(ControlSocket::room_for_packet) {
  auto [ours, theirs] = ControlSocket::pair();
  child_ = spawn_self(fork_server_argument, theirs, STDERR_FILENO);
  socket_ = std::move(ours);
}

ForkServer::~ForkServer() {
  socket_ = ControlSocket();  // its end ends the server
  wait_for_child(child_.pid(), false);
}

bool ForkServer::alive() const noexcept {
  pollfd ended{.fd = child_.descriptor(), .events = POLLIN, .revents = 0};
  return poll(&ended, 1, 0) == 0;
}

std::optional<ControlSocket::Packet> ForkServer::ask(const Message& request,
                                                     std::initializer_list<int> descriptors) {
  if (socket_.send(request, descriptors, true) != ControlSocket::Sent::yes) return std::nullopt;
  return socket_.receive(true, std::move(room_));
}

Child ForkServer::start(const ControlSocket& socket, int standard_error) {
  auto answer =
      ask({.kind = MessageKind::call, .payload = {}}, {socket.descriptor(), standard_error});
  if (!answer) {
    throw std::system_error(EPIPE, std::generic_category(), "fanout: the fork server is gone");
  }
  room_ = std::move(answer->bytes);
  if (!answer->descriptors[0]) {
    throw std::system_error(static_cast<int>(answer->message.slot), std::generic_category(),
                            "fanout: a worker process could not be forked");
  }
  return {static_cast<pid_t>(answer->message.call), std::move(answer->descriptors[0]), this};
}

ExitStatus ForkServer::status_of(pid_t pid) {
  auto answer = ask(
      {.kind = MessageKind::retire, .call = static_cast<std::uint64_t>(pid), .payload = {}}, {});
  ExitStatus status;
  if (!answer) return status;
  if (answer->message.payload.size() == sizeof(status)) {
    std::memcpy(&status, answer->message.payload.data(), sizeof(status));
  }
  room_ = std::move(answer->bytes);
  return status;
}

void serve_as_fork_server() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  fcntl(inherited_socket, F_SETFD, FD_CLOEXEC);
  ControlSocket socket{Descriptor(inherited_socket)};
  while (auto request = socket.receive(true)) {
    Message answer{.kind = MessageKind::result, .payload = {}};
    if (request->message.kind == MessageKind::retire) {
      const auto pid = static_cast<pid_t>(request->message.call);
      if (!wait_for_child(pid, true).clean()) kill(-pid, SIGKILL);
      const ExitStatus status = wait_for_child(pid, false);
      answer.payload = std::as_bytes(std::span(&status, 1));
      socket.send(answer, {}, true);
      continue;
    }
    const pid_t pid = fork();
    if (pid == 0) become_worker(request->descriptors[0], request->descriptors[1]);
    if (pid < 0) {
      answer.slot = static_cast<std::uint32_t>(errno);
      socket.send(answer, {}, true);
      continue;
    }
    answer.call = static_cast<std::uint64_t>(pid);
    try {
      const Descriptor process = open_process(pid);
      socket.send(answer, {process.get()}, true);
    } catch (const std::system_error& error) {
      kill(pid, SIGKILL);
      wait_for_child(pid, false);
      answer.slot = static_cast<std::uint32_t>(error.code().value());
      socket.send(answer, {}, true);
    }
  }
  _exit(EXIT_SUCCESS);
}

}  // namespace fanout::detail
