// SPDX-License-Identifier: MIT
// A progress bar around a loop over futures.
//
// The bar is drawn on stderr, so the results on stdout can still go to a file. Where stderr is no
// terminal there are a few plain lines instead. A failed task shows up in the bar at once, not only
// at the end of a long run.
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

int words_in(int chapter) {
  std::this_thread::sleep_for(5ms + chapter % 7 * 2ms);
  if (chapter == 13) throw std::runtime_error("the pages are stuck together");
  return 1000 + chapter;
}

int main() {
  fanout::ThreadPoolExecutor executor(4);

  std::unordered_map<fanout::Future<int>, int> future_to_chapter;
  for (int chapter = 1; chapter <= 40; ++chapter) {
    future_to_chapter[executor.submit(words_in, chapter)] = chapter;
  }

  int words = 0;
  auto completions = fanout::as_completed(future_to_chapter);
  auto chapters =
      fanout::progress(completions, {.total = future_to_chapter.size(), .description = "counting"});
  for (auto future : chapters) {
    try {
      words += future.result();
    } catch (const std::exception& error) {
      // The bar knows how to let a line pass; std::cout in between would garble it. 1 is stdout.
      chapters.bar().log(
          "chapter " + std::to_string(future_to_chapter[future]) + ": " + error.what(), 1);
    }
  }
  chapters.bar().finish();
  std::cout << words << " words\n";

  // The same bar, moved by hand, for work that is no range of futures.
  fanout::ProgressBar bar({.total = 3, .description = "binding"});
  for (int volume = 1; volume <= 3; ++volume) bar.advance();
}

// Prints:
//   chapter 13: the pages are stuck together
//   39807 words
