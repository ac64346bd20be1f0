// SPDX-License-Identifier: MIT
// The program that owns the pool is killed, exits in odd places, or lives in odd circumstances.
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A program whose output is read line by line.
class Program {
 public:
  explicit Program(std::vector<std::string> words) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int error =
        posix_spawn(&pid_, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
    if (error != 0) throw std::runtime_error("posix_spawn of " + words[0]);
  }
  ~Program() { std::fclose(output_); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }

  // The next line, or nothing when everybody who might write has ended.
  std::string line() {
    std::string text;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
      text += static_cast<char>(c);
    }
    return text;
  }

  // Its exit code, or minus the signal that ended it.
  int end() {
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  FILE* output_ = nullptr;
};

class Host : public Fault {
 protected:
  std::vector<std::string> way(const std::string& name) const {
    return {HOST_PROGRAM, name, GetParam() == StartMethod::spawn ? "spawn" : "forkserver"};
  }
};
FANOUT_FAULTS(Host);

using Pids = std::multimap<std::string, pid_t>;

// What a host that waits to be killed has started.
Pids started_by(Program& program, std::size_t selves, std::size_t workers, std::size_t children) {
  Pids pids;
  while (pids.count("self") < selves || pids.count("worker") < workers ||
         pids.count("child") < children) {
    std::istringstream line(program.line());
    std::string what;
    pid_t pid = 0;
    if (!(line >> what >> pid)) break;
    pids.emplace(what, pid);
  }
  return pids;
}

// What the host has forked is its own to end. What a task has forked goes with its worker.
void end_heirs(const Pids& pids) {
  for (const auto& [what, pid] : pids) {
    if (what == "heir") kill(pid, SIGKILL);
  }
}

// Every descendant of the host has become a child of this program when its parent ended.
void check_all_gone(Clock::time_point ended) {
  EXPECT_TRUE(eventually([] {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
  })) << "a process is left";
  EXPECT_LT(Clock::now() - ended, sanitized ? 5s : 1s);
}

// conformance: 185, 197
// behaviour: 67
TEST_P(Host, killed_under_load_leaves_no_worker_after_a_second) {
  for (int round = 0; round < rounds(2); ++round) {
    for (const int signal : {SIGKILL, SIGTERM, SIGINT}) {
      Program program(way("wait_to_be_killed"));
      Pids pids = started_by(program, 1, 22, 2);
      ASSERT_EQ(pids.count("worker"), 22U);
      ASSERT_EQ(kill(program.pid(), signal), 0);
      const auto killed = Clock::now();
      EXPECT_EQ(program.end(), -signal);
      end_heirs(pids);
      check_all_gone(killed);
    }
  }
}

// conformance: 165, 185, 188
TEST_P(Host, killed_leaves_nothing_of_pools_within_its_tasks) {
  for (int round = 0; round < rounds(2); ++round) {
    Program program(way("wait_to_be_killed_with_nested_pools"));
    const Pids pids = started_by(program, 1, 2, 1);
    ASSERT_EQ(pids.count("child"), 1U);
    ASSERT_EQ(kill(program.pid(), SIGKILL), 0);
    const auto killed = Clock::now();
    EXPECT_EQ(program.end(), -SIGKILL);
    end_heirs(pids);
    check_all_gone(killed);
  }
}

std::map<std::string, int> lines_of(Program& program) {
  std::map<std::string, int> lines;
  for (std::string line = program.line(); !line.empty(); line = program.line()) ++lines[line];
  return lines;
}

void check_all_ten_ran(const std::map<std::string, int>& lines) {
  for (int i = 0; i < 10; ++i) {
    const auto found = lines.find("task " + std::to_string(i));
    ASSERT_NE(found, lines.end()) << "task " << i;
    EXPECT_EQ(found->second, 1) << "task " << i;
  }
}

// conformance: 70, 71, 74, 163
// behaviour: 38
TEST_P(Host, that_ends_without_shutdown_finishes_what_is_queued_and_keeps_its_exit_code) {
  for (int round = 0; round < rounds(2); ++round) {
    for (const char* name : {"end_of_main_without_shutdown", "end_of_main_with_a_static_pool",
                             "exit_with_a_static_pool", "end_of_main_after_shutdown_without_wait",
                             "exit_handler_that_submits_after_shutdown"}) {
      const ::testing::ScopedTrace trace(__FILE__, __LINE__, name);
      Program program(way(name));
      check_all_ten_ran(lines_of(program));
      EXPECT_EQ(program.end(), 3);
      check_all_gone(Clock::now());
    }
  }
}

// conformance: 121, 127, 178
TEST_P(Host, that_exits_in_an_odd_place_keeps_its_exit_code) {
  for (int round = 0; round < rounds(2); ++round) {
    for (const char* name : {"exit_in_a_callback", "exit_in_a_callback_of_a_static_pool",
                             "exit_in_a_task", "exit_while_a_result_is_read",
                             "without_standard_descriptors", "many_pools_left_at_once"}) {
      const ::testing::ScopedTrace trace(__FILE__, __LINE__, name);
      Program program(way(name));
      const auto lines = lines_of(program);
      EXPECT_EQ(lines.contains("exit code 9"), std::string(name) == "exit_in_a_task");
      EXPECT_EQ(program.end(), 3);
      check_all_gone(Clock::now());
    }
  }
}

// behaviour: 67
TEST_P(Host, that_leaves_running_tasks_behind_leaves_no_process) {
  for (int round = 0; round < rounds(2); ++round) {
    Program program(way("abandon_running_tasks_by_quick_exit"));
    const Pids pids = started_by(program, 0, 2, 2);
    EXPECT_EQ(program.end(), 3);
    const auto ended = Clock::now();
    end_heirs(pids);
    check_all_gone(ended);
  }
}

TEST_P(Host, whose_program_was_deleted_goes_on_as_before) {
  for (int round = 0; round < rounds(2); ++round) {
    const std::string copy = "/tmp/fanout-host-" + std::to_string(getpid());
    std::filesystem::copy_file(HOST_PROGRAM, copy,
                               std::filesystem::copy_options::overwrite_existing);
    auto words = way("after_its_program_was_deleted");
    words[0] = copy;
    Program program(words);
    EXPECT_EQ(program.end(), 3);
    EXPECT_FALSE(std::filesystem::exists(copy));
  }
}

TEST(WithoutInit, the_constructor_says_what_to_add_to_main) {
  Program program({WITHOUT_INIT_PROGRAM});
  EXPECT_EQ(program.end(), 3);
}

}  // namespace
}  // namespace fanout::test
