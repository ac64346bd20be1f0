// SPDX-License-Identifier: MIT
// Doorbell: an eventfd.
#include "doorbell.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace fanout::cli {

Doorbell::Doorbell() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Doorbell::~Doorbell() { close(descriptor_); }

void Doorbell::ring() const noexcept {
  const std::uint64_t one = 1;
  // It fails only where the bell has been rung without end already.
  [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof one);
}

void Doorbell::wait(const Event* event,
                    std::optional<std::chrono::steady_clock::time_point> until) {
  using std::chrono::milliseconds;
  int timeout = -1;
  if (until) {
    const auto left = std::chrono::ceil<milliseconds>(*until - std::chrono::steady_clock::now());
    timeout = static_cast<int>(std::clamp<long long>(left.count(), 0, INT_MAX));
  }
  pollfd waiting[] = {{descriptor_, POLLIN, 0}, {event ? event->descriptor() : -1, POLLIN, 0}};
  poll(waiting, 2, timeout);  // Interrupted is awake, too: callers look why they woke.
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto count = read(descriptor_, &rings, sizeof rings);
}

}  // namespace fanout::cli
