// SPDX-License-Identifier: MIT
// A limit on the time of a task that holds, whatever the task does.
//
// A thread cannot be ended from outside, a process can. When the time is over the future fails at
// once; the process is asked through its stop token, and ended a moment later if it does not listen.
// The tasks behind it go on in another one.
#include <chrono>
#include <iostream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

// Some patterns take longer than the universe is old: this one stands for them.
bool matches(const std::string& pattern, const std::string& text) {
  while (pattern == "(a*)*b") std::this_thread::yield();
  return std::regex_match(text, std::regex(pattern));
}

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  fanout::ProcessPoolExecutor executor(1);

  const std::vector<std::string> patterns{"a+", "(a*)*b", "b+", "[", "a{28}"};
  std::vector<fanout::Future<bool>> futures;
  for (const auto& pattern : patterns) {
    futures.push_back(executor.submit({.name = pattern, .timeout = 500ms}, matches, pattern,
                                      std::string(28, 'a')));
  }
  for (const auto& future : futures) {
    try {
      std::cout << (future.result() ? "matches" : "does not match") << '\n';
    } catch (const fanout::TaskTimeoutError& error) {
      std::cout << error.what() << '\n';
    } catch (const std::exception& error) {
      std::cout << "no pattern\n";
    }
  }
}

// Prints:
//   matches
//   (a*)*b ran longer than its limit of 0.5 s
//   does not match
//   no pattern
//   matches
