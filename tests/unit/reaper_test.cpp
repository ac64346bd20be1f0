// SPDX-License-Identifier: MIT
// Threads that nobody joined are joined when the program ends.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include <sys/wait.h>

#include <gtest/gtest.h>

namespace {

// The exit status of the program and what it printed.
std::pair<int, std::string> run(const std::string& way) {
  std::string command = REAPING_PROGRAM " ";
  command += way;
  FILE* const pipe = popen(command.c_str(), "re");
  EXPECT_NE(pipe, nullptr);
  std::string text;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), pipe) != nullptr) {
    text += part.data();
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

TEST(Reaper, the_program_ends_after_the_threads_that_were_handed_over) {
  const auto [status, text] = run("return");
  EXPECT_EQ(text, "main has ended\na thread has ended\na thread has ended\na thread has ended\n");
  EXPECT_EQ(status, 5);
}

TEST(Reaper, takes_threads_while_it_waits_for_others) {
  const auto [status, text] = run("more");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 10);
  EXPECT_EQ(status, 5);
}

TEST(Reaper, in_a_forked_child_it_waits_for_nobody) {
  const auto [status, text] = run("fork");
  EXPECT_EQ(text, "the child has ended\nmain has ended\n");
  EXPECT_EQ(status, 5);
}

TEST(Reaper, a_thread_that_ends_the_program_does_not_wait_for_itself) {
  const auto [status, text] = run("exit");
  EXPECT_EQ(text, "");
  EXPECT_EQ(status, 7);
}

}  // namespace
