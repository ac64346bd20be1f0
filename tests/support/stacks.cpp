// SPDX-License-Identifier: MIT
// Each thread is sent a signal and prints its own stack in the handler.
#include "support/stacks.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include <dirent.h>
#include <execinfo.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fanout::test {
namespace {

const int stack_signal = SIGRTMIN + 5;
std::atomic<int> answers{0};

void print_own_stack(int) {
  const int saved_errno = errno;
  void* frames[100];
  const int depth = backtrace(frames, 100);
  backtrace_symbols_fd(frames, depth, STDERR_FILENO);
  // release: the lines above are written; pairs with the acquire in ask_for_stack.
  answers.fetch_add(1, std::memory_order_release);
  errno = saved_errno;
}

std::string name_of(const std::string& thread) {
  std::ifstream file("/proc/self/task/" + thread + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

void ask_for_stack(const std::string& thread) {
  using Clock = std::chrono::steady_clock;
  std::fprintf(stderr, "\nthread %s (%s):\n", thread.c_str(), name_of(thread).c_str());
  // acquire: pairs with the release in print_own_stack.
  const int before = answers.load(std::memory_order_acquire);
  if (syscall(SYS_tgkill, getpid(), std::stoi(thread), stack_signal) != 0) {
    std::fprintf(stderr, "  has ended\n");
    return;
  }
  const auto expiry = Clock::now() + std::chrono::seconds(1);
  while (answers.load(std::memory_order_acquire) == before) {
    if (Clock::now() > expiry) {
      // A sanitizer may hold signals back until the thread makes a call that it knows.
      std::fprintf(stderr, "  does not answer\n");
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void prepare_stacks() {
  void* frames[2];
  backtrace(frames, 2);  // the first call loads a library
  struct sigaction action{};
  action.sa_handler = print_own_stack;
  action.sa_flags = SA_RESTART;
  sigaction(stack_signal, &action, nullptr);
}

void print_all_stacks() {
  if (DIR* folder = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(folder)) {
      if (entry->d_name[0] != '.') {
        ask_for_stack(entry->d_name);
      }
    }
    closedir(folder);
  }
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  const std::string gdb = "command -v gdb >/dev/null && timeout 60 gdb -batch -nx -p " +
                          std::to_string(getpid()) + " -ex 'thread apply all bt 40' 1>&2";
  if (std::system(gdb.c_str()) != 0) {
    std::fprintf(stderr, "watchdog: no stacks from gdb\n");
  }
}

}  // namespace fanout::test
