// SPDX-License-Identifier: MIT
// Hosts with signals of their own: a thousand a second, SIGCHLD ignored, children reaped by force.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/resources.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::atomic<int> alarms{0};

// SIGALRM a thousand times a second; system calls are not restarted after it.
class ManySignals {
 public:
  ManySignals() {
    alarms = 0;
    struct sigaction action{};
    action.sa_handler = [](int) { alarms.fetch_add(1, std::memory_order_relaxed); };
    sigaction(SIGALRM, &action, &before_);
    const itimerval each_millisecond{{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &each_millisecond, nullptr);
  }
  ~ManySignals() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }
  ManySignals(const ManySignals&) = delete;
  ManySignals& operator=(const ManySignals&) = delete;

 private:
  struct sigaction before_{};
};

class Disposition {
 public:
  Disposition(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction action{};
    action.sa_handler = handler;
    sigaction(signal, &action, &before_);
  }
  ~Disposition() { sigaction(signal_, &before_, nullptr); }
  Disposition(const Disposition&) = delete;
  Disposition& operator=(const Disposition&) = delete;

 private:
  int signal_;
  struct sigaction before_{};
};

class Signals : public Fault {};
FANOUT_FAULTS(Signals);

std::string echo(const std::string& text) { return text; }
int fail_with(const std::string& text) { throw std::runtime_error(text); }

TEST_P(Signals, thousand_a_second_fail_no_call_and_shorten_no_wait) {
  const ManySignals signals;
  for (int round = 0; round < rounds(5); ++round) {
    ProcessPoolExecutor executor(with(2));
    const std::string big(std::size_t{4} << 20, 'b');
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(executor.submit(square, i).result(), i * i);
      EXPECT_EQ(executor.submit(echo, big).result(), big);
      EXPECT_TRUE(holds(check_failed<std::runtime_error>([&] {
                          auto future = executor.submit(fail_with, "on purpose");
                          future.wait();
                          return future;
                        }()),
                        "on purpose"));
    }
    Reports reports;
    Door door;
    const auto standing = executor.submit(report_and_stand, reports.path(), door.path());
    door.await();
    (void)reports.next();
    const auto start = Clock::now();
    EXPECT_FALSE(standing.wait(50ms));
    EXPECT_GE(Clock::now() - start, 50ms);
    door.open();
    EXPECT_GT(standing.result(), 0);
    const auto limited =
        executor.submit({.timeout = 50ms}, report_and_stand, reports.path(), door.path());
    door.await();
    limited.wait();
    check_failed<TaskTimeoutError>(limited);
    int expected = 0;
    for (const int value : executor.map({.chunksize = 7}, square, std::vector<int>(100, 3))) {
      expected += value;
    }
    EXPECT_EQ(expected, 900);
  }
  EXPECT_GT(alarms, 50);
}

// The mask of blocked signals in /proc, of a thread of this program.
unsigned long long blocked_signals(const std::string& thread) {
  std::ifstream file("/proc/self/task/" + thread + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("SigBlk:")) return std::stoull(line.substr(7), nullptr, 16);
  }
  return 0;
}

TEST_P(Signals, of_the_host_are_blocked_in_our_threads) {
  for (int round = 0; round < rounds(); ++round) {
    const Resources before = Resources::now();
    ProcessPoolExecutor executor(with(2));
    EXPECT_EQ(executor.submit(square, 2).result(), 4);
    int ours = 0;
    for (const auto& [thread, name] : Resources::now().threads) {
      if (before.threads.contains(thread)) continue;
      ++ours;
      const auto blocked = blocked_signals(thread);
      for (const int signal : {SIGALRM, SIGCHLD, SIGINT, SIGTERM, SIGUSR1, SIGPIPE, SIGHUP}) {
        EXPECT_NE(blocked & (1ULL << (signal - 1)), 0U) << name << " takes signal " << signal;
      }
    }
    EXPECT_EQ(ours, 1);
  }
}

int blocked_in_worker() {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  int count = 0;
  for (int signal = 1; signal < 32; ++signal) count += sigismember(&blocked, signal);
  return count;
}

TEST_P(Signals, blocked_or_ignored_by_the_host_are_neither_in_workers) {
  const Disposition ignored(SIGTERM, SIG_IGN);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  {
    ProcessPoolExecutor executor(with(1));
    EXPECT_EQ(executor.submit(blocked_in_worker).result(), 0);
    EXPECT_EQ(executor.submit(+[] { return std::signal(SIGTERM, SIG_DFL) == SIG_DFL; }).result(),
              true);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// What this process does on SIGCHLD and SIGPIPE is its own affair.
TEST_P(Signals, keep_what_the_host_does_on_them) {
  const auto handler = [](int) {};
  const Disposition child(SIGCHLD, handler);
  const Disposition pipe(SIGPIPE, SIG_DFL);
  struct sigaction now{};
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    const pid_t worker = executor.submit(own_pid).result();
    kill(worker,
         SIGKILL);  // with SIGPIPE at its default, a write to the dead one ends this process
    for (int i = 0; i < 10; ++i) EXPECT_EQ(executor.submit(square, i).result(), i * i);
    const std::string big(std::size_t{1} << 20, 'b');
    kill(executor.submit(own_pid).result(), SIGKILL);
    EXPECT_EQ(executor.submit(echo, big).result(), big);
    sigaction(SIGCHLD, nullptr, &now);
    EXPECT_EQ(now.sa_handler, static_cast<void (*)(int)>(handler));
    sigaction(SIGPIPE, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
  }
}

int exit_with_99() { _exit(99); }

void check_life_goes_on(ProcessPoolExecutor& executor, int round) {
  const auto dying = executor.submit(exit_with_99);
  EXPECT_EQ(executor.submit(square, round).result(), round * round);
  dying.wait();
  // The status may have gone to somebody else; the death is seen all the same.
  const auto death = error_of<WorkerDied>(dying);
  if (death.exit_code() == 99) {
    EXPECT_TRUE(holds(death.what(), "exit code 99"));
  } else {
    EXPECT_EQ(death.exit_code(), -1);
    EXPECT_TRUE(holds(death.what(), "its status went to somebody else"));
  }
}

TEST_P(Signals, of_children_may_be_ignored_by_the_host) {
  const Disposition ignored(SIGCHLD, SIG_IGN);
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) check_life_goes_on(executor, round);
}

TEST_P(Signals, of_children_may_lead_the_host_to_reap_whatever_ends) {
  std::atomic<bool> ended = false;
  std::thread reaper([&ended] {
    while (!ended) {
      if (waitpid(-1, nullptr, WNOHANG) <= 0) std::this_thread::yield();
    }
  });
  {
    ProcessPoolExecutor executor(with(2));
    for (int round = 0; round < rounds(); ++round) check_life_goes_on(executor, round);
  }
  ended = true;
  reaper.join();
}

TEST_P(Signals, of_children_of_the_host_are_left_to_the_host) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) {
    const pid_t child = fork();
    if (child == 0) _exit(7);
    check_life_goes_on(executor, round);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
  }
}

}  // namespace
}  // namespace fanout::test
