// SPDX-License-Identifier: MIT
#include "stderr_tail.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include <poll.h>

namespace fanout::detail {
namespace {

constexpr std::ptrdiff_t kept_lines = 10;
constexpr std::size_t kept_bytes = 4096;

// Would a write of up to PIPE_BUF bytes to our stderr block?
bool can_write() {
  pollfd target{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&target, 1, 0) != 0;
}

void write_all(const char* text, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads our stderr: there is nobody to tell
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

bool StderrTail::pass_on() {
  std::array<char, 4096> buffer;  // PIPE_BUF: so much is written at once or not at all
  for (;;) {
    if (!can_write()) return false;
    const ssize_t size = read(pipe_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      ended_ = size == 0;
      return true;
    }
    write_all(buffer.data(), static_cast<std::size_t>(size));
    keep(buffer.data(), static_cast<std::size_t>(size));
  }
}

void StderrTail::keep(const char* text, std::size_t size) {
  try {
    tail_.append(text, size);
  } catch (const std::bad_alloc&) {
    return;  // it was passed on; no error will quote it
  }
  if (tail_.size() > kept_bytes) tail_.erase(0, tail_.size() - kept_bytes);
  auto lines = std::count(tail_.begin(), tail_.end(), '\n');
  for (; lines > kept_lines; --lines) tail_.erase(0, tail_.find('\n') + 1);
}

}  // namespace fanout::detail
