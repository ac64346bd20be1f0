// SPDX-License-Identifier: MIT
// Counting rounds, and looking for what is left.
#include "faults/fault.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/door.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

std::set<std::string> shared_memory() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    names.insert(entry.path().filename());
  }
  return names;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

int rounds(int share) {
  const char* const text = std::getenv("FANOUT_FAULT_ROUNDS");
  const int all = text != nullptr ? std::atoi(text) : 20;
  return std::max(1, all / share);
}

void Fault::SetUp() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // so the leak check sees orphans of workers as children
  shared_memory_ = shared_memory();
}

void Fault::TearDown() {
  // Other programs of this machine come and go there.
  EXPECT_TRUE(eventually([&] {
    const auto after = shared_memory();
    return std::includes(shared_memory_.begin(), shared_memory_.end(), after.begin(), after.end());
  })) << "something new in /dev/shm";
}

Reports::Reports() {
  char folder[] = "/tmp/fanout-reports-XXXXXX";
  if (mkdtemp(folder) == nullptr) fail("mkdtemp");
  path_ = std::string(folder) + "/pipe";
  if (mkfifo(path_.c_str(), 0600) != 0) fail("mkfifo");
  pipe_ = open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (pipe_ < 0) fail("open of reports");
}

Reports::~Reports() {
  close(pipe_);
  std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
}

int Reports::next() {
  int number = 0;
  while (read(pipe_, &number, sizeof number) < 0) {
    if (errno != EINTR) fail("read of reports");
  }
  return number;
}

void report(const std::string& reports, int number) {
  const int pipe = open(reports.c_str(), O_RDWR | O_CLOEXEC);
  if (pipe < 0) fail("open of reports");
  while (write(pipe, &number, sizeof number) < 0) {
    if (errno != EINTR) fail("write of a report");
  }
  close(pipe);
}

int own_pid() { return getpid(); }

int square(int n) { return n * n; }

int report_and_stand(const std::string& reports, const std::string& door) {
  report(reports, getpid());
  return stand_at(door, getpid());
}

std::error_code refusal_of(ProcessPoolExecutor& executor) {
  try {
    executor.submit(square, 1).wait();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

char state_of_process(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto end_of_name = line.rfind(')');
  return end_of_name == std::string::npos ? '\0' : line[end_of_name + 2];
}

bool until_gone(pid_t process, std::chrono::milliseconds limit) {
  return eventually(
      [&] {
        const char state = state_of_process(process);
        return state == '\0' || state == 'Z';
      },
      limit);
}

void reap_orphan(pid_t process) {
  // It becomes a child of this program only when its parent has ended.
  EXPECT_TRUE(eventually([&] {
    const pid_t reaped = waitpid(process, nullptr, WNOHANG);
    return reaped == process || state_of_process(process) == '\0';
  })) << "process "
      << process << " is left";
}

}  // namespace fanout::test
