// SPDX-License-Identifier: MIT
// What a worker writes to stderr: passed on to ours, its last lines kept.
#pragma once

#include <string>

#include "descriptor.hpp"

namespace fanout::detail {

class StderrTail {
 public:
  // `pipe` is read without blocking.
  explicit StderrTail(Descriptor pipe) noexcept : pipe_(std::move(pipe)) {}

  int descriptor() const noexcept { return pipe_.get(); }

  // Passes on what is there. False: our stderr takes nothing at the moment, try again later.
  bool pass_on();

  // All writers are gone.
  bool ended() const noexcept { return ended_; }

  // The last few lines.
  const std::string& last_lines() const noexcept { return tail_; }

 private:
  void keep(const char* text, std::size_t size);

  Descriptor pipe_;
  std::string tail_;
  bool ended_ = false;
};

}  // namespace fanout::detail
