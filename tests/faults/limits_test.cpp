// SPDX-License-Identifier: MIT
// What the system refuses: memory, threads, processes.
#include <atomic>
#include <cerrno>
#include <limits>
#include <new>
#include <optional>
#include <system_error>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"

namespace {

// How many more the system is willing to start, and what it says to others; no number: any number.
struct Supply {
  bool take() {
    int now = left;
    while (now > 0 && !left.compare_exchange_weak(now, now - 1)) {
    }
    if (now == 0) ++refused;
    return now != 0;
  }

  std::atomic<int> left{-1};
  std::atomic<int> refused{0};
};

Supply threads;
Supply processes;

class Few {
 public:
  Few(Supply& supply, int count) : supply_(supply) {
    supply.refused = 0;
    supply.left = count;
  }
  ~Few() { supply_.left = -1; }
  Few(const Few&) = delete;
  Few& operator=(const Few&) = delete;

 private:
  Supply& supply_;
};

}  // namespace

// Found before the system's own, which they call unless there are to be no more.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
  static const auto next =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  return threads.take() ? next(thread, attributes, start, argument) : EAGAIN;
}

extern "C" int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes, char* const arguments[],
                           char* const environment[]) {
  static const auto next =
      reinterpret_cast<decltype(&posix_spawn)>(dlsym(RTLD_NEXT, "posix_spawn"));
  return processes.take() ? next(pid, path, actions, attributes, arguments, environment) : ENOENT;
}

namespace fanout::test {
namespace {

class Limits : public Fault {};
FANOUT_FAULTS(Limits);

// conformance: 108
TEST_P(Limits, of_threads_make_the_first_submit_throw_and_lose_nothing) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(2));
    {
      const Few none(threads, 0);
      EXPECT_EQ(refusal_of(executor), std::errc::resource_unavailable_try_again);
    }
    EXPECT_EQ(executor.stats().pending, 0U);
    EXPECT_EQ(executor.submit(square, 4).result(), 16);
    const Few none(threads, 0);
    EXPECT_EQ(executor.submit(square, 5).result(), 25);  // needs no more threads
  }
}

// A fork server is one process, which forks its workers by itself.
// conformance: 106
TEST_P(Limits, of_processes_make_the_first_submit_throw_and_lose_nothing) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(2));
    {
      const Few none(processes, 0);
      EXPECT_EQ(refusal_of(executor), std::errc::no_such_file_or_directory);
      EXPECT_EQ(executor.stats().pending, 0U);
      EXPECT_EQ(processes.refused, 1);  // no storm
    }
    EXPECT_EQ(executor.submit(square, 4).result(), 16);
  }
}

// conformance: 202
TEST_P(Limits, of_processes_leave_a_running_pool_to_the_workers_it_has) {
  if (GetParam() == StartMethod::forkserver) GTEST_SKIP() << "the server that lives needs no spawn";
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(4));
    EXPECT_EQ(executor.submit(square, 3).result(), 9);
    const Few none(processes, 0);
    std::vector<Future<int>> futures;
    for (int i = 0; i < 100; ++i) futures.push_back(executor.submit(square, i));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i * i);
    EXPECT_EQ(executor.stats().workers, 1);
  }
}

// conformance: 106
TEST_P(Limits, of_processes_break_the_pool_whose_last_worker_dies) {
  if (GetParam() == StartMethod::forkserver) GTEST_SKIP() << "the server that lives needs no spawn";
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    Reports reports;
    Door door;
    const auto standing = executor.submit(report_and_stand, reports.path(), door.path());
    const pid_t worker = reports.next();
    door.await();
    const auto queued = executor.submit(square, 3);
    const Few none(processes, 0);
    kill(worker, SIGKILL);
    EXPECT_EQ(error_of<WorkerDied>(standing).pid(), worker);
    EXPECT_TRUE(holds(error_of<BrokenProcessPool>(queued).what(), "could not be started"));
    thrown<BrokenProcessPool>([&] { (void)executor.submit(square, 1); });
    EXPECT_EQ(processes.refused, 1);  // no storm
  }
}

std::size_t allocate(std::size_t size) {
  rlimit few{};
  few.rlim_cur = few.rlim_max = rlim_t{1} << 30;
  setrlimit(RLIMIT_AS, &few);
  return std::vector<char>(size).size();
}

TEST_P(Limits, of_memory_in_a_worker_are_an_ordinary_bad_alloc) {
  if (sanitized) GTEST_SKIP() << "a sanitizer itself maps more than the limit";
  ProcessPoolExecutor executor(with(1));
  const pid_t worker = executor.submit(own_pid).result();
  for (int round = 0; round < rounds(); ++round) {
    const auto greedy = executor.submit(allocate, std::size_t{2} << 30);
    greedy.wait();
    check_failed<std::bad_alloc>(greedy);
    EXPECT_EQ(executor.submit(own_pid).result(), worker);
  }
}

}  // namespace
}  // namespace fanout::test
