// SPDX-License-Identifier: MIT
// A bell that any thread may ring for one that sleeps, and that can be polled with other descriptors.
#pragma once

#include <chrono>
#include <optional>

#include "event.hpp"

namespace fanout::cli {

// Unlike an Event it is silent again once heard. Immovable.
class Doorbell {
 public:
  Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  ~Doorbell();

  void ring() const noexcept;

  // Sleeps until it rings (or has rung since the last time), until `event` is set if one is given,
  // or until the time is over.
  void wait(const Event* event, std::optional<std::chrono::steady_clock::time_point> until);

 private:
  int descriptor_;
};

}  // namespace fanout::cli
