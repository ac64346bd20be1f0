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

// The descriptor that a system call returned; throws if it failed.
Descriptor checked(int number, const char* what);

}  // namespace fanout::detail
