// SPDX-License-Identifier: MIT
// Tells whether this process is a fork of the one in which an object was made.
#pragma once

#include <cstdint>

namespace fanout::detail {

// A forked child has the memory of its parent but only one of its threads, so a pool in it is
// inert.
class ForkGuard {
 public:
  ForkGuard() noexcept;

  // True in a child forked after construction. Takes no lock: another thread may have held it at
  // the fork.
  bool in_child() const noexcept;

 private:
  std::uint32_t generation_;
};

}  // namespace fanout::detail
