// SPDX-License-Identifier: MIT
// Polling, and reading from /proc whether a thread sleeps.
#include "support/waiting.hpp"

#include <fstream>
#include <utility>

#include <sys/syscall.h>
#include <unistd.h>

namespace fanout::test {
namespace {

// The letter in /proc/self/task/ID/stat: R runs, S sleeps. It follows the name in parentheses.
char state_of(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto end_of_name = line.rfind(')');
  return end_of_name == std::string::npos || end_of_name + 2 >= line.size() ? '?'
                                                                            : line[end_of_name + 2];
}

}  // namespace

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  const auto expiry = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > expiry) {
      return holds();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

pid_t own_thread_id() { return static_cast<pid_t>(syscall(SYS_gettid)); }

std::string name_of_thread(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

bool until_thread_sleeps(pid_t thread) {
  // Three looks in a row: a thread may sleep for a moment at a lock on its way.
  int asleep = 0;
  return eventually([&] {
    asleep = state_of(thread) == 'S' ? asleep + 1 : 0;
    return asleep == 3;
  });
}

Caller::Caller(std::function<void()> fn)
    : thread_([this, fn = std::move(fn)] {
        id_ = own_thread_id();
        started_.count_down();
        fn();
        returned_ = true;
      }) {}

Caller::~Caller() { join(); }

bool Caller::until_blocked() {
  started_.wait();
  return until_thread_sleeps(id_);
}

void Caller::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace fanout::test
