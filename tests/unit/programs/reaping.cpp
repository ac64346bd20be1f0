// SPDX-License-Identifier: MIT
// Leaves threads to the reaper and ends; reaper_test reads what it says meanwhile.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "core/reaper.hpp"

namespace {

std::atomic<bool> main_has_ended{false};
std::atomic<bool> waiting{false};

// Destroyed after main() and before the reaper, because the reaper is older.
struct LastWord {
  ~LastWord() {
    std::puts("main has ended");
    std::fflush(stdout);
    main_has_ended = true;
  }
};

void hand_over(std::thread thread) { fanout::detail::hand_over_to_reaper(std::move(thread)); }

void wait_for_the_end() {
  waiting = true;
  while (!main_has_ended) std::this_thread::yield();
}

// A thread ends the program.
void exit_elsewhere() {
  static std::atomic<bool> handed_over{false};
  std::thread thread([] {
    while (!handed_over) std::this_thread::yield();
    std::exit(7);
  });
  hand_over(std::move(thread));
  handed_over = true;
  for (;;) std::this_thread::yield();
}

void end_last() {
  wait_for_the_end();
  std::puts("a thread has ended");
}

// While the reaper waits for this thread it gets more to do.
void hand_over_more() {
  wait_for_the_end();
  for (int i = 0; i < 10; ++i) hand_over(std::thread(end_last));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc > 1 ? argv[1] : "";
  hand_over(std::thread());  // no thread at all
  if (way == "exit") exit_elsewhere();
  if (way == "more") hand_over(std::thread(hand_over_more));
  if (way == "return") {
    for (int i = 0; i < 3; ++i) hand_over(std::thread(end_last));
  }
  if (way == "fork") {
    hand_over(std::thread(wait_for_the_end));
    // A thread that is only starting may hold a lock of the address sanitizer's; the child would
    // find it held for ever.
    while (!waiting) std::this_thread::yield();
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);  // ends it if it hangs
      return 3;   // it has none of the threads
    }
    int status = 0;
    waitpid(child, &status, 0);
    std::puts(WIFEXITED(status) && WEXITSTATUS(status) == 3 ? "the child has ended" : "it hangs");
  }
  static const LastWord last_word;
  return 5;
}
