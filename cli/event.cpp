// SPDX-License-Identifier: MIT
// Event: the pipe behind it.
#include "event.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace fanout::cli {

Event::Event() {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  read_end_ = ends[0];
  write_end_ = ends[1];
  for (int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
}

Event::~Event() {
  close(read_end_);
  close(write_end_);
}

void Event::set() noexcept {
  // acq_rel: whoever sees the flag also sees what its setter did before; and only the first writes.
  if (set_.exchange(true, std::memory_order_acq_rel)) return;
  const char byte = 1;
  while (write(write_end_, &byte, 1) < 0 && errno == EINTR) {
  }
}

bool Event::is_set() const noexcept {
  // acquire: pairs with the exchange in set().
  return set_.load(std::memory_order_acquire);
}

bool Event::wait_for(std::chrono::milliseconds timeout) const {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  while (!is_set()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{read_end_, POLLIN, 0};
    // An interrupted poll is simply tried again for what is left of the time.
    poll(&waiting, 1, static_cast<int>(std::min<long long>(left.count(), INT_MAX)));
  }
  return true;
}

}  // namespace fanout::cli
