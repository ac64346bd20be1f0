// SPDX-License-Identifier: MIT
// What signals mean to the program: Ctrl-C ends it in steps, failed writes are errors, not deaths.
#pragma once

#include <thread>

#include "event.hpp"

namespace fanout::cli {

// Routes SIGINT (Ctrl-C) and SIGTERM to a Stop for as long as it lives. The first signal asks to
// drain, the second to stop now, the third kills the program as if nobody had handled it. There is
// one at a time, since signal handlers belong to the process. Immovable.
class StopOnSignals {
 public:
  explicit StopOnSignals(Stop& stop);
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;
  ~StopOnSignals();

  // 0, or what a shell expects of a program that a signal ended: 128 + its number.
  int exit_status() const noexcept;

 private:
  // Takes the signals, so that none interrupts a system call of a thread that works. Threads that
  // are started later inherit that they are spared.
  void receive_until_done();

  Event done_;
  std::thread receiver_;
};

// A closed pipe and a file over the size limit come back as errors of write() instead of ending the
// program. For the whole process, for good.
void turn_write_signals_into_errors();

}  // namespace fanout::cli
