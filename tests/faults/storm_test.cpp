// SPDX-License-Identifier: MIT
// Workers are killed all the time: the books of every task must balance, and nothing may pile up.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "faults/fault.hpp"
#include "support/resources.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> children;
  const std::string folder = "/proc/" + std::to_string(process) + "/task";
  std::error_code gone;
  for (const auto& thread : fs::directory_iterator(folder, gone)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

bool is_fork_server(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cmdline");
  std::string line;
  std::getline(file, line);
  return line.find("--fanout-fork-server") != std::string::npos;
}

// All workers of this program, at whatever they are.
std::vector<pid_t> workers_now() {
  std::vector<pid_t> workers;
  for (const pid_t child : children_of(getpid())) {
    if (!is_fork_server(child)) {
      workers.push_back(child);
    } else {
      for (const pid_t worker : children_of(child)) workers.push_back(worker);
    }
  }
  return workers;
}

// Kills one of them at each interval.
class Killer {
 public:
  explicit Killer(std::chrono::nanoseconds interval)
      : interval_(interval), thread_([this] { run(); }) {}
  ~Killer() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Killer(const Killer&) = delete;
  Killer& operator=(const Killer&) = delete;

  int kills() {
    const std::lock_guard lock(mutex_);
    return kills_;
  }

 private:
  void run() {
    std::minstd_rand random(std::random_device{}());
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, interval_, [this] { return ended_; })) {
      const auto workers = workers_now();
      if (workers.empty()) continue;
      if (kill(workers[random() % workers.size()], SIGKILL) == 0) ++kills_;
    }
  }

  const std::chrono::nanoseconds interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;  // under mutex_
  int kills_ = 0;       // under mutex_
  std::thread thread_;
};

// Writes its number down before anything else, and works for a millisecond.
int note_and_work(const std::string& notes, int number) {
  const int file = open(notes.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const std::string line = std::to_string(number) + "\n";
  (void)!write(file, line.data(), line.size());
  close(file);
  const auto end = std::chrono::steady_clock::now() + 1ms;
  while (std::chrono::steady_clock::now() < end) {
  }
  return number;
}

class Storm : public Fault {
 protected:
  void SetUp() override {
    Fault::SetUp();
    notes_ = fs::temp_directory_path() / ("fanout-notes-" + std::to_string(getpid()));
  }
  void TearDown() override {
    fs::remove(notes_);
    Fault::TearDown();
  }

  std::map<int, int> notes() const {
    std::map<int, int> times;
    std::ifstream file(notes_);
    for (int number = 0; file >> number;) ++times[number];
    return times;
  }

  fs::path notes_;
};
FANOUT_FAULTS(Storm);

// behaviour: 62, 63
TEST_P(Storm, of_deaths_loses_no_task_and_runs_none_twice) {
  constexpr int tasks = 1000;
  for (int round = 0; round < rounds(10); ++round) {  // seconds each
    std::ofstream(notes_).close();
    const UnhandledRecorder reports;  // a worker may be killed just when it is to leave
    ProcessPoolExecutor executor(with(4));
    std::vector<Future<int>> futures;
    // A pool whose workers die before they are ready gives up, and under a sanitizer a worker takes
    // long to start: the storm begins when one has, and leaves the others time for it.
    const auto began = std::chrono::steady_clock::now();
    executor.submit(getpid).wait();
    const auto start = std::chrono::steady_clock::now() - began;
    int kills = 0;
    {
      Killer killer(std::max<std::chrono::nanoseconds>(10ms, start));
      for (int i = 0; i < tasks; ++i)
        futures.push_back(executor.submit(note_and_work, notes_.string(), i));
      for (const auto& future : futures) future.wait();
      kills = killer.kills();
    }
    executor.shutdown();
    const auto times = notes();
    int died = 0;
    for (int i = 0; i < tasks; ++i) {
      const auto& future = futures[static_cast<std::size_t>(i)];
      const auto noted = times.find(i);
      const int count = noted == times.end() ? 0 : noted->second;
      EXPECT_LE(count, 1) << "task " << i;
      if (future.exception() == nullptr) {
        EXPECT_EQ(future.result(), i);
        EXPECT_EQ(count, 1) << "task " << i;
      } else {
        EXPECT_EQ(error_of<WorkerDied>(future).signal(), SIGKILL);
        ++died;
      }
    }
    EXPECT_GT(kills, 3);
    EXPECT_LE(died, kills);
    for (const std::string& text : reports.texts())
      EXPECT_THAT(text, testing::HasSubstr("SIGKILL"));
  }
}

TEST_P(Storm, of_kills_and_replacements_piles_nothing_up) {
  ProcessPoolExecutor executor(with(1));
  (void)executor.submit(own_pid).result();
  const Resources before = Resources::now();
  for (int round = 0; round < rounds(); ++round) {
    const pid_t worker = executor.submit(own_pid).result();
    kill(worker, SIGKILL);
    EXPECT_NE(executor.submit(own_pid).result(), worker);
    EXPECT_EQ(state_of_process(worker), '\0');  // no zombie: the next one came when it was buried
    EXPECT_EQ(Resources::now().descriptors.size(), before.descriptors.size());
    EXPECT_EQ(Resources::now().children.size(), before.children.size());
  }
  EXPECT_EQ(executor.stats().died, static_cast<std::uint64_t>(rounds()));
}

TEST_P(Storm, of_pools_made_and_killed_piles_nothing_up) {
  const Resources before = Resources::now();
  for (int round = 0; round < rounds(); ++round) {
    {
      ProcessPoolExecutor executor(with(3));
      std::vector<Future<int>> futures;
      for (int i = 0; i < 10; ++i) futures.push_back(executor.submit(square, i));
      if (round % 2 == 0) executor.kill_workers();
      for (const auto& future : futures) future.wait();
    }
    EXPECT_EQ(left_over_since(before), "");
  }
}

}  // namespace
}  // namespace fanout::test
