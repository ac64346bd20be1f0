// SPDX-License-Identifier: MIT
// How programs that use a pool end: queued work is done, the exit code is theirs, nothing hangs.
#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include <sys/wait.h>

#include <gtest/gtest.h>

#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

struct Ending {
  std::string output;
  int code = -1;

  int count(const std::string& line) const {
    std::istringstream stream(output);
    int found = 0;
    for (std::string each; std::getline(stream, each);) {
      found += each == line ? 1 : 0;
    }
    return found;
  }
};

// Runs the program `leaving` in one of its ways.
Ending ending_of(const std::string& way) {
  Ending ending;
  const std::string command = std::string("timeout 30 '" LEAVING_PROGRAM "' ") + way + " 2>&1";
  FILE* stream = popen(command.c_str(), "r");
  EXPECT_NE(stream, nullptr);
  char buffer[4096];
  while (const std::size_t length = fread(buffer, 1, sizeof buffer, stream)) {
    ending.output.append(buffer, length);
  }
  const int status = pclose(stream);
  ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return ending;
}

void check_all_ten_ran(const Ending& ending) {
  EXPECT_EQ(ending.code, 3) << ending.output;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ending.count("task " + std::to_string(i)), 1) << ending.output;
  }
}

// conformance: 70, 163
// behaviour: 38
TEST(Exit, at_the_end_of_main_without_shutdown_finishes_queued_work) {
  check_all_ten_ran(ending_of("end_of_main_without_shutdown"));
}

// conformance: 70
// behaviour: 38
TEST(Exit, with_a_static_pool_finishes_queued_work) {
  check_all_ten_ran(ending_of("end_of_main_with_a_static_pool"));
  check_all_ten_ran(ending_of("exit_with_a_static_pool"));
}

// conformance: 71
TEST(Exit, handlers_that_submit_after_shutdown_are_told_so) {
  const Ending ending = ending_of("submit_from_an_exit_handler_after_shutdown");
  check_all_ten_ran(ending);
  EXPECT_EQ(ending.count("cannot schedule new futures after shutdown"), 1) << ending.output;
}

// conformance: 74
TEST(Exit, right_after_shutdown_without_wait_loses_no_output_and_does_not_hang) {
  check_all_ten_ran(ending_of("end_of_main_after_shutdown_without_wait"));
}

// conformance: 82
TEST(Exit, after_shutdown_without_wait_but_cancelling_is_clean_and_each_task_ran_or_was_cancelled) {
  const Ending ending = ending_of("end_of_main_after_shutdown_without_wait_but_cancelling");
  EXPECT_EQ(ending.code, 3) << ending.output;
  EXPECT_EQ(ending.count("ran") + ending.count("cancelled"), 10) << ending.output;
  int said = 0;
  for (int i = 0; i < 10; ++i) {
    said += ending.count("task " + std::to_string(i));
  }
  EXPECT_EQ(said, ending.count("ran")) << ending.output;
  EXPECT_EQ(ending.count("task 0"), 1) << ending.output;
}

// behaviour: 38
TEST(Exit, with_a_task_that_has_a_pool_of_its_own_finishes_both) {
  check_all_ten_ran(ending_of("pools_left_by_a_task_at_exit"));
}

}  // namespace
}  // namespace fanout::test
