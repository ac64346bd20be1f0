// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanout::detail {

std::string ExitStatus::text() const {
  if (signal != 0) {
    const char* const name = sigabbrev_np(signal);
    std::string text = "was ended by ";
    text += name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
    if (signal == SIGKILL) text += " (often out of memory)";
    return text;
  }
  if (exit_code >= 0) return "terminated abruptly with exit code " + std::to_string(exit_code);
  return "ended, and its status went to somebody else";
}

Descriptor open_process(pid_t pid) {
  const auto number = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  // No way around it: to wait for the number of a process is to wait for whoever has it now.
  return checked(number, errno == ENOSYS
                             ? "pidfd_open for a worker (a process pool needs Linux 5.3 or newer)"
                             : "pidfd_open for a worker");
}

void Child::signal_group(int signal) const noexcept {
  if (reaped_) return;
  if (::kill(-pid_, signal) != 0) ::kill(pid_, signal);  // not yet the leader of its group
}

ExitStatus wait_for_child(pid_t pid, bool keep) {
  siginfo_t info{};
  int result = 0;
  do {
    result = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | (keep ? WNOWAIT : 0));
  } while (result != 0 && errno == EINTR);
  if (result != 0) return {};
  if (info.si_code == CLD_EXITED) return {.exit_code = info.si_status};
  return {.signal = info.si_status};
}

std::optional<ExitStatus> Child::reap() {
  pollfd ended{.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, 0) <= 0) return std::nullopt;
  // While it is a zombie, the number of its group is not used again.
  if (source_ == nullptr) {
    if (!wait_for_child(pid_, true).clean()) signal_group(SIGKILL);
    reaped_ = true;
    return wait_for_child(pid_, false);
  }
  const ExitStatus status = source_->status_of(pid_);  // or there is no memory to ask: again, later
  reaped_ = true;
  return status;
}

}  // namespace fanout::detail
