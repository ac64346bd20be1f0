// SPDX-License-Identifier: MIT
// What the bare contenders among processes share: a child at the other end of a socket pair.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

// All of it, or nothing at the end of the stream. False: the other side is gone.
inline bool read_all(int socket, void* bytes, std::size_t size) {
  for (auto* at = static_cast<char*>(bytes); size > 0;) {
    const ssize_t got = read(socket, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

inline bool write_all(int socket, const void* bytes, std::size_t size) {
  for (const auto* at = static_cast<const char*>(bytes); size > 0;) {
    const ssize_t put = write(socket, at, size);
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

// A forked child that calls serve(socket) and exits; its destructor ends it.
class Child {
 public:
  template <class Serve>
  explicit Child(Serve serve) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
    pid_ = fork();
    if (pid_ < 0) std::abort();
    if (pid_ == 0) {
      close(ends[0]);
      serve(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    socket_ = ends[0];
  }
  ~Child() {
    shutdown(socket_, SHUT_RDWR);  // a later child has inherited it
    close(socket_);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int socket() const { return socket_; }

 private:
  pid_t pid_ = 0;
  int socket_ = -1;
};

}  // namespace bench
