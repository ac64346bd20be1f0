// SPDX-License-Identifier: MIT
// map: one function, many inputs, results in input order, no futures in sight.
//
// By default everything is submitted at the call, as in Python. With a buffer size the input is
// read as the results are: that is the form for long inputs, and the only one for endless ones.
#include <exception>
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

int parse(const std::string& text) { return std::stoi(text); }

long long square(long long number) { return number * number; }

int main() {
  fanout::ThreadPoolExecutor executor(4);

  const std::vector<std::string> texts{"1", "20", "three", "4"};
  auto numbers = executor.map(parse, texts);

  // An exception belongs to its element: it appears when that element is read, and the loop can go
  // on. A range-based for reads inside the loop's head, so this takes the iterator by hand.
  for (auto it = numbers.begin(); it != numbers.end(); ++it) {
    try {
      const int number = *it;  // reading moves the element out, so it is read once
      std::cout << "a number: " << number << '\n';
    } catch (const std::invalid_argument&) {
      std::cout << "not a number\n";
    }
  }

  // Several ranges are walked side by side, up to the end of the shortest.
  const std::vector<std::string> words{"tea", "for", "two"};
  const auto repeat = [](const std::string& word, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += word;
    return text;
  };
  for (const std::string& text : executor.map(repeat, words, std::vector{1, 2})) {
    std::cout << text << '\n';
  }

  // An endless input: never more than 8 squares are submitted and not yet read.
  long long last = 0;
  for (const long long value : executor.map({.buffersize = 8}, square, std::views::iota(1LL))) {
    if (value > 1000) break;  // what has not started is cancelled
    last = value;
  }
  std::cout << "the largest square up to 1000: " << last << '\n';

  // Order costs waiting for the slowest in front; without it, each result comes when it is there.
  long long sum = 0;
  for (const long long value :
       executor.map({.ordered = false}, square, std::views::iota(1LL, 11LL))) {
    sum += value;
  }
  std::cout << "the sum of the first ten: " << sum << '\n';
}

// Prints:
//   a number: 1
//   a number: 20
//   not a number
//   a number: 4
//   tea
//   forfor
//   the largest square up to 1000: 961
//   the sum of the first ten: 385
