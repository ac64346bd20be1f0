// SPDX-License-Identifier: MIT
// What tests of faults share: how often, on which pools, and what must not be left afterwards.
#pragma once

#include <chrono>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/types.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>
#include <fanout/process_pool_executor.hpp>

namespace fanout::test {

// How often a fault is injected: FANOUT_FAULT_ROUNDS times, 20 by default. A fault that takes long
// takes a share of them: rounds(10) is every tenth, but at least one.
int rounds(int share = 1);

// Each test runs with workers that are spawned and with workers that are forked. At its end no
// descendant of this program may be left, zombies and orphans included (these become its children),
// and nothing new in /dev/shm; threads and descriptors are counted for every test of the project.
class Fault : public ::testing::TestWithParam<StartMethod> {
 protected:
  void SetUp() override;
  void TearDown() override;

  ProcessPoolOptions with(int workers) const {
    return {.max_workers = workers, .start_method = GetParam()};
  }

 private:
  std::set<std::string> shared_memory_;
};

#define FANOUT_FAULTS(Suite)                                                                     \
  INSTANTIATE_TEST_SUITE_P(Processes, Suite,                                                     \
                           ::testing::Values(StartMethod::spawn, StartMethod::forkserver),       \
                           [](const auto& method) {                                              \
                             return method.param == StartMethod::spawn ? "spawn" : "forkserver"; \
                           })

// A named pipe through which tasks tell the test numbers, such as the pid of their process.
class Reports {
 public:
  Reports();
  ~Reports();
  Reports(const Reports&) = delete;
  Reports& operator=(const Reports&) = delete;

  const std::string& path() const { return path_; }
  int next();  // blocks until there is one

 private:
  std::string path_;
  int pipe_;
};

// --- tasks ---

void report(const std::string& reports, int number);
int own_pid();
int square(int n);

// Reports its pid, and stands at the door.
int report_and_stand(const std::string& reports, const std::string& door);

// What a submit throws, which waits for its task if it throws nothing.
std::error_code refusal_of(ProcessPoolExecutor& executor);

// --- processes ---

// Polls until there is no such process, zombies not counted.
bool until_gone(pid_t process, std::chrono::milliseconds limit = std::chrono::seconds(10));

// Waits for children that are not the pool's: orphans of a worker become this program's.
void reap_orphan(pid_t process);

// The letter of /proc/PID/stat: R runs, S sleeps, T is stopped, Z is a zombie; 0 if there is none.
char state_of_process(pid_t process);

// Waits for a future that must fail with such an error, and returns it; throws if it did not.
template <class Error>
Error error_of(const AnyFuture& future) {
  const std::exception_ptr error = future.exception();
  if (error == nullptr) throw std::logic_error("the task did not fail");
  try {
    std::rethrow_exception(error);
  } catch (const Error& expected) {
    return expected;
  }
}

}  // namespace fanout::test
