// SPDX-License-Identifier: MIT
// A child process: how it is ended, and how one learns that it has ended.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "descriptor.hpp"

namespace fanout::detail {

// How a process ended, as far as anybody knows.
struct ExitStatus {
  int exit_code = -1;
  int signal = 0;

  bool clean() const noexcept { return exit_code == 0; }
  std::string text() const;  // "was ended by SIGKILL (often out of memory)"
};

// Waits for a process that another one than this has started.
class StatusSource {
 public:
  virtual ExitStatus status_of(pid_t pid) = 0;

 protected:
  ~StatusSource() = default;
};

// Leads a process group of its own. Its end is seen through a descriptor, so that no handler of
// SIGCHLD is needed, and no other child is ever waited for.
class Child {
 public:
  // `source` is asked how the process ended if it is no child of this one.
  Child(pid_t pid, Descriptor process, StatusSource* source = nullptr) noexcept
      : pid_(pid), process_(std::move(process)), source_(source) {}

  pid_t pid() const noexcept { return pid_; }

  // Readable once the process has ended.
  int descriptor() const noexcept { return process_.get(); }

  // To the process and whatever it has started; nothing happens once it has been reaped.
  void signal_group(int signal) const noexcept;

  // How it ended; nothing while it lives. Unless it ended well, it takes along what it had started.
  std::optional<ExitStatus> reap();

 private:
  pid_t pid_;
  Descriptor process_;
  StatusSource* source_;
  bool reaped_ = false;
};

// How a child that has ended ended; `keep` leaves it a zombie. Unknown if it is no child any more,
// because the host ignores SIGCHLD or was quicker.
ExitStatus wait_for_child(pid_t pid, bool keep);

// Opens a descriptor of a process. Throws std::system_error.
Descriptor open_process(pid_t pid);

}  // namespace fanout::detail
