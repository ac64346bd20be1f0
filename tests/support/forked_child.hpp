// SPDX-License-Identifier: MIT
// Forked children, and what became of them.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

#include "support/waiting.hpp"

namespace fanout::test {

// The exit code of a child, or the negative number of the signal that ended it. One that does not
// end by itself is killed.
inline int exit_code_of(pid_t child) {
  int status = 0;
  const auto ended = [&] { return waitpid(child, &status, WNOHANG) == child; };
  if (!eventually(ended, std::chrono::seconds(20))) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Forks; the child calls `fn` and leaves with what it returns, without running exit handlers.
inline pid_t fork_and(const std::function<int()>& fn) {
  std::fflush(nullptr);  // what is buffered here could be written by the child as well
  const pid_t child = fork();
  if (child == 0) {
    int code = 99;
    try {
      code = fn();
    } catch (...) {
      code = 98;
    }
    _exit(code);
  }
  return child;
}

inline int code_of_child(const std::function<int()>& fn) { return exit_code_of(fork_and(fn)); }

// What `question` answers in a forked child.
inline bool in_fork(const std::function<bool()>& question) {
  return code_of_child([&] { return question() ? 1 : 0; }) == 1;
}

}  // namespace fanout::test
