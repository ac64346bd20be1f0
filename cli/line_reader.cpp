// SPDX-License-Identifier: MIT
// LineReader: waiting for input and for the stop at once.
#include "line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace fanout::cli {

std::optional<std::string> LineReader::next() {
  if (stop_->is_set()) return std::nullopt;
  std::string line;
  bool any = false;
  while (!unread_.empty() || fill()) {
    any = true;
    const auto end = std::min(unread_.find('\n'), unread_.size());
    line += unread_.substr(0, std::min(end, longest_ + 1 - line.size()));
    const bool complete = end < unread_.size();
    unread_.remove_prefix(end + (complete ? 1 : 0));
    if (complete) return line;
  }
  // The last line need not have an end. One that a stop cut short is no line.
  return any && !stop_->is_set() ? std::optional(std::move(line)) : std::nullopt;
}

bool LineReader::fill() {
  buffer_.resize(64 * 1024);
  while (true) {
    pollfd waiting[] = {{stop_->descriptor(), POLLIN, 0}, {descriptor_, POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category());
    }
    if (stop_->is_set()) return false;
    if (waiting[1].revents == 0) continue;
    const ssize_t count = read(descriptor_, buffer_.data(), buffer_.size());
    if (count >= 0) {
      unread_ = std::string_view(buffer_).substr(0, static_cast<std::size_t>(count));
      return count > 0;
    }
    if (errno != EINTR && errno != EAGAIN) throw std::system_error(errno, std::generic_category());
  }
}

}  // namespace fanout::cli
