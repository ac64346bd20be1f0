// SPDX-License-Identifier: MIT
// A file descriptor with an owner.
#pragma once

#include <utility>

#include <unistd.h>

namespace fanout::detail {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  int release() noexcept { return std::exchange(number_, -1); }

  void close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

// Throws std::system_error with errno: "fanout: <what>".
[[noreturn]] void throw_errno(const char* what);

// Owns the number, or a copy beyond 0 to 2 in its place: in a program that has closed those, what is
// written to standard output or error would go to the pool's memory and sockets.
Descriptor beyond_standard_streams(int number);

// The descriptor that a system call returned, beyond the standard streams; throws if it failed.
Descriptor checked(int number, const char* what);

}  // namespace fanout::detail
