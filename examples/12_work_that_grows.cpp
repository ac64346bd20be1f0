// SPDX-License-Identifier: MIT
// Work that finds more work: a crawler, and a second try for what failed.
//
// as_completed takes more futures while it is being consumed, so the loop that handles the answers
// is also the place that submits what follows from them. It ends when nothing is left.
#include <exception>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <fanout/fanout.hpp>

using Links = std::vector<std::string>;

struct Attempt {
  std::string page;
  int number;
};

// A small web, in which one page answers only at the second attempt.
Links links_of(const Attempt& attempt) {
  static const std::map<std::string, Links> web{
      {"/", {"/docs", "/news"}}, {"/docs", {"/", "/api"}}, {"/api", {"/docs"}}, {"/news", {}}};
  if (attempt.page == "/news" && attempt.number == 1) throw std::runtime_error("503, try again");
  return web.at(attempt.page);
}

int main() {
  fanout::ThreadPoolExecutor executor(4);
  std::set<std::string> seen{"/"};
  std::unordered_map<fanout::Future<Links>, Attempt> future_to_attempt;

  const auto visit = [&](const Attempt& attempt) {
    auto future = executor.submit(links_of, attempt);
    future_to_attempt[future] = attempt;
    return future;
  };

  auto completions = fanout::as_completed({visit({"/", 1})});
  for (auto future : completions) {
    const Attempt attempt = future_to_attempt.at(future);
    try {
      for (const auto& link : future.result()) {
        if (seen.insert(link).second) completions.add(visit({link, 1}));
      }
      std::cout << attempt.page << " at attempt " << attempt.number << '\n';
    } catch (const std::exception& error) {
      if (attempt.number < 3) completions.add(visit({attempt.page, attempt.number + 1}));
    }
  }
}

// Prints, in any order:
//   / at attempt 1
//   /docs at attempt 1
//   /news at attempt 2
//   /api at attempt 1
