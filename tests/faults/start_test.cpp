// SPDX-License-Identifier: MIT
// Workers that die before they have done anything, and workers that kill each other.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"

namespace {

bool failing = false;  // true in a worker that fails

}  // namespace

// The leak checker of the address sanitizer would start a helper in each worker that exits, and it
// becomes an orphan when the pool kills the worker meanwhile.
extern "C" int __lsan_is_turned_off();                             // NOLINT: the sanitizer's name
extern "C" int __lsan_is_turned_off() { return failing ? 1 : 0; }  // NOLINT

namespace fanout::test {
namespace {

namespace fs = std::filesystem;

// An initializer that counts, in a file, how many workers came so far.
enum class Start { kills_itself, exits, throws };

struct CountAndFail {
  std::string file;
  Start how;

  void operator()() const {
    failing = true;
    const int number = open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    (void)!write(number, "x", 1);
    close(number);
    if (how == Start::kills_itself) raise(SIGKILL);
    if (how == Start::exits) std::exit(17);
    throw std::runtime_error("no licence");
  }
};

class Starting : public Fault {
 protected:
  void SetUp() override {
    Fault::SetUp();
    file_ = fs::temp_directory_path() / ("fanout-starts-" + std::to_string(getpid()));
  }
  void TearDown() override {
    fs::remove(file_);
    Fault::TearDown();
  }

  std::size_t starts() const { return fs::exists(file_) ? fs::file_size(file_) : 0; }

  fs::path file_;
};
FANOUT_FAULTS(Starting);

// conformance: 67, 142
// behaviour: 63
TEST_P(Starting, with_workers_that_fail_before_they_are_ready_breaks_the_pool_and_is_no_storm) {
  for (int round = 0; round < rounds(); ++round) {
    for (const Start how : {Start::kills_itself, Start::exits, Start::throws}) {
      fs::remove(file_);
      constexpr int workers = 4;
      ProcessPoolOptions options = with(workers);
      options.initializer = CountAndFail{.file = file_, .how = how};
      ProcessPoolExecutor executor(options);
      std::vector<Future<int>> futures;
      try {
        for (int i = 0; i < 100; ++i) futures.push_back(executor.submit(square, i));
      } catch (const BrokenProcessPool&) {  // while tasks are still submitted
      }
      for (const auto& future : futures) {
        try {
          future.result();
          ADD_FAILURE() << "ran";
        } catch (const BrokenProcessPool& error) {
          const char* const why = how == Start::kills_itself ? "SIGKILL"
                                  : how == Start::exits      ? "exit code 17"
                                                             : "the initializer of a worker threw";
          EXPECT_TRUE(holds(error.what(), why));
          if (how == Start::throws) {
            const auto cause = thrown<std::runtime_error>([&] { std::rethrow_if_nested(error); });
            EXPECT_EQ(cause, "no licence");
          }
        }
      }
      thrown<BrokenProcessPool>([&] { (void)executor.submit(square, 1); });
      executor.shutdown();
      EXPECT_LE(starts(), 3U + workers);
    }
  }
}

// conformance: 67
TEST_P(Starting, that_fails_leaves_another_pool_alone) {
  ProcessPoolExecutor healthy(with(1));
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolOptions options = with(1);
    options.initializer = CountAndFail{.file = file_, .how = Start::exits};
    ProcessPoolExecutor executor(options);
    (void)error_of<BrokenProcessPool>(executor.submit(square, 1));
    EXPECT_EQ(healthy.submit(square, round).result(), round * round);
  }
}

// conformance: 194
TEST_P(Starting, gives_each_task_a_worker_of_its_own_as_long_as_there_are_any) {
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(13));
    Door door;
    const auto standing = occupy(executor, door, 13);  // returns when all run at once
    door.open(13);
    for (const auto& each : standing) each.wait();
  }
}

void kill_the_others(const std::string& reports, const std::string& door,
                     const std::string& victims) {
  report_and_stand(reports, door);
  const int file = open(victims.c_str(), O_RDONLY | O_CLOEXEC);
  for (pid_t victim = 0; read(file, &victim, sizeof victim) == sizeof victim;) {
    if (victim != getpid()) kill(victim, SIGKILL);
  }
  close(file);
}

// conformance: 180
TEST_P(Starting, anew_after_all_workers_have_killed_each_other) {
  for (int round = 0; round < rounds(5); ++round) {
    for (const int workers : {1, 2, 5, 13}) {
      fs::remove(file_);
      ProcessPoolExecutor executor(with(workers));
      Reports reports;
      Door door;
      std::vector<Future<void>> killers;
      for (int i = 0; i < workers; ++i) {
        killers.push_back(
            executor.submit(kill_the_others, reports.path(), door.path(), file_.string()));
      }
      std::vector<pid_t> victims;
      for (int i = 0; i < workers; ++i) victims.push_back(reports.next());
      door.await(workers);
      {
        const int file = open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ASSERT_EQ(write(file, victims.data(), victims.size() * sizeof(pid_t)),
                  static_cast<ssize_t>(victims.size() * sizeof(pid_t)));
        close(file);
      }
      door.open(workers);
      int died = 0;
      for (const auto& killer : killers) {
        if (killer.exception() == nullptr) continue;
        (void)error_of<WorkerDied>(killer);
        ++died;
      }
      EXPECT_GE(died, workers - 1);
      for (int i = 0; i < 20; ++i) EXPECT_EQ(executor.submit(square, i).result(), i * i);
    }
  }
}

}  // namespace
}  // namespace fanout::test
