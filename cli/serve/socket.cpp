// SPDX-License-Identifier: MIT
// Socket: the POSIX calls.
#include "socket.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fanout::cli {
namespace {

// Waits for `events` on `descriptor`. One wait is one poll: a signal counts as nothing having
// happened.
bool wait_for(int descriptor, short events, const Event& stop, std::chrono::milliseconds timeout) {
  pollfd waiting[] = {{stop.descriptor(), POLLIN, 0}, {descriptor, events, 0}};
  const auto limit = static_cast<int>(std::min<long long>(timeout.count(), INT_MAX));
  return poll(waiting, 2, limit) > 0 && !stop.is_set() && waiting[1].revents != 0;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void make_nonblocking(int descriptor) {
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool Socket::wait_readable(const Event& stop, std::chrono::milliseconds timeout) const {
  return wait_for(descriptor_, POLLIN, stop, timeout);
}

bool Socket::send_all(std::string_view data, const Event& stop,
                      std::chrono::milliseconds timeout) const {
  while (!data.empty()) {
    const ssize_t sent = send(descriptor_, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      data.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(descriptor_, POLLOUT, stop, timeout)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Socket Socket::listen_on_loopback(int port) {
  Socket result(socket(AF_INET, SOCK_STREAM, 0));
  if (!result.valid()) fail("socket");
  make_nonblocking(result.descriptor());
  const int on = 1;
  setsockopt(result.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(result.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail("bind");
  }
  // Many workers connect in the same moment; a short queue would make some wait a second for the
  // next try.
  if (listen(result.descriptor(), SOMAXCONN) != 0) fail("listen");
  return result;
}

int Socket::port() const {
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("getsockname");
  }
  return ntohs(address.sin_port);
}

Socket Socket::accept() const {
  Socket result(::accept(descriptor_, nullptr, nullptr));
  if (!result.valid()) return result;
  make_nonblocking(result.descriptor());
  const int on = 1;
  setsockopt(result.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return result;
}

}  // namespace fanout::cli
