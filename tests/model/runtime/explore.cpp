// SPDX-License-Identifier: MIT
#include "explore.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "execution.hpp"

namespace model {
namespace {

struct Totals {
  long complete = 0;
  long cut_short = 0;
  std::map<std::string, long> outcomes;
};

// Runs the execution that failed once more. Says whether it fails alike, as it must.
bool repeat(const Case& which, const Budget& budget, const std::string& text) {
  const std::string failure = run_time.execution.failure();
  run_time.choices.replay(text);
  run_time.choices.next();
  run_time.execution.run(which, budget);
  if (run_time.execution.failure() == failure) return true;
  std::printf("FAILED %s: replayed it is different: %s\n", which.name,
              run_time.execution.failure().c_str());
  return false;
}

void print_failure(const Case& which, const Budget& budget, const std::string& text) {
  std::printf("FAILED %s: %s\n  the promise: %s\n", which.name,
              run_time.execution.failure().c_str(), which.promise);
  run_time.trace.start();
  repeat(which, budget, text);
  run_time.trace.stop();
  run_time.trace.print();
  std::printf("  replay: fanout_model %s --replay %s%s\n", which.name,
              budget.exhaustive ? "x" : "r", text.c_str());
}

bool is_expected(const Case& which) {
  return which.failure != nullptr &&
         run_time.execution.failure().find(which.failure) != std::string::npos;
}

// Until there are no more, or one fails.
bool run_executions(const Case& which, const Budget& budget, long most, Totals& totals) {
  for (long done = 0; done < most && run_time.choices.next(); ++done) {
    switch (run_time.execution.run(which, budget)) {
      case Execution::End::failed:
        if (is_expected(which)) {
          ++totals.complete;
          totals.outcomes["found"] = done + 1;
          return repeat(which, budget, run_time.choices.text());
        }
        print_failure(which, budget, run_time.choices.text());
        return false;
      case Execution::End::cut_short:
        ++totals.cut_short;
        break;
      case Execution::End::complete:
        ++totals.complete;
        for (const char* const outcome : run_time.execution.outcomes()) ++totals.outcomes[outcome];
        break;
    }
  }
  return true;
}

bool all_outcomes_seen(const Case& which, const Totals& totals) {
  bool all = true;
  if (which.failure != nullptr && !totals.outcomes.contains("found")) {
    std::printf("FAILED %s: not found: %s\n", which.name, which.failure);
    all = false;
  }
  for (const char* const outcome : which.outcomes) {
    if (outcome == nullptr || totals.outcomes.contains(outcome)) continue;
    std::printf("FAILED %s: never seen: %s\n", which.name, outcome);
    all = false;
  }
  return all;
}

Verdict replay(const Case& which, const std::string& text) {
  Budget budget = which.budget;
  budget.exhaustive = text[0] == 'x';
  run_time.choices.replay(text.substr(1));
  Totals totals;
  const bool passed = run_executions(which, budget, 1, totals);
  if (passed) std::printf("%s: this schedule is no failure\n", which.name);
  return {passed, totals.complete};
}

void print_totals(const Case& which, const Totals& totals, bool passed, bool whole,
                  double seconds) {
  std::printf("%s %-50s %8ld executions%s, %ld cut short, %u steps at most, %.1f s\n",
              passed ? "ok    " : "FAILED", which.name, totals.complete,
              whole ? " (all within the bounds)" : "", totals.cut_short,
              run_time.execution.usual_steps(), seconds);
  for (const auto& [outcome, times] : totals.outcomes) {
    std::printf("         %8ld x %s\n", times, outcome.c_str());
  }
}

}  // namespace

// First exhaustively, if the case says so; then, up to the number that was asked for, at random.
Verdict explore(const Case& which, const Options& options) {
  run_time.execution.forget_steps();
  if (!options.replay.empty()) return replay(which, options.replay);
  const auto begin = std::chrono::steady_clock::now();
  Totals totals;
  Budget budget = which.budget;
  const long wanted = options.executions == 0 ? budget.executions : options.executions;
  const long most = std::max(wanted, budget.executions);
  bool passed = true;
  bool whole = false;
  if (budget.exhaustive && !options.random) {
    run_time.choices.explore_all();
    run_time.execution.seen().clear();
    passed = run_executions(which, budget, most, totals);
    whole = totals.complete + totals.cut_short < most;
  }
  if (passed && totals.complete < wanted && (!whole || options.executions > 0)) {
    budget.exhaustive = false;
    run_time.choices.explore_random(options.seed << 40);
    passed = run_executions(which, budget, wanted - totals.complete, totals);
  }
  passed = passed && all_outcomes_seen(which, totals);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print_totals(which, totals, passed, whole, took.count());
  return {passed, totals.complete};
}

}  // namespace model
