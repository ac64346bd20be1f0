// SPDX-License-Identifier: MIT
// Leaves threads to the reaper and ends; reaper_test reads what it says meanwhile.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

#include "threads/reaper.hpp"

namespace {

std::atomic<bool> main_has_ended{false};

// Destroyed after main() and before the reaper, because the reaper is older.
struct LastWord {
  ~LastWord() {
    std::puts("main has ended");
    main_has_ended = true;
  }
};

void wait_for_the_end() {
  while (!main_has_ended) std::this_thread::yield();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc > 1 ? argv[1] : "";
  fanout::detail::hand_over_to_reaper(std::thread());  // no thread at all
  if (way == "exit") {
    std::atomic<bool> handed_over{false};
    std::thread thread([&] {
      while (!handed_over) std::this_thread::yield();
      std::exit(7);  // joins everybody else
    });
    fanout::detail::hand_over_to_reaper(std::move(thread));
    handed_over = true;
    for (;;) std::this_thread::yield();
  }
  for (int i = 0; i < 3; ++i) {
    fanout::detail::hand_over_to_reaper(std::thread([] {
      wait_for_the_end();
      std::puts("a thread has ended");
    }));
  }
  static const LastWord last_word;
  return 5;
}
