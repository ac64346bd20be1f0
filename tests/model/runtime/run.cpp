// SPDX-License-Identifier: MIT
// The command line: which cases, how many executions, in how many processes; and what is printed.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <string>

#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/wait.h>
#include <unistd.h>

#include "execution.hpp"

namespace model {
namespace {

constexpr const char* usage =
    "fanout_model [option...] [case...]     no case: all of them\n"
    "  --list             names and promises of the cases\n"
    "  --executions N     of each case; after an exhaustive search the rest are random ones\n"
    "  --random           random ones only\n"
    "  --seed N           of the random ones; 1 if left out\n"
    "  --processes N      how many cases at a time; 1 if left out\n"
    "  --at-least N       it is a failure if there were fewer executions in all\n"
    "  --replay TEXT      one execution of one case, as a failure printed it\n";

Case* first_case = nullptr;

struct Options {
  long executions = 0;  // 0: what the case says
  bool random = false;
  std::uint64_t seed = 1;
  int processes = 1;
  std::string replay;
  long at_least = 0;
  std::vector<std::string> names;
};

struct Totals {
  long complete = 0;
  long cut_short = 0;
  std::map<std::string, long> outcomes;
};

void print_failure(const Case& which, const Budget& budget, const std::string& text) {
  std::printf("FAILED %s: %s\n  the promise: %s\n", which.name,
              run_time.execution.failure().c_str(), which.promise);
  const std::string failure = run_time.execution.failure();
  run_time.choices.replay(text);
  run_time.choices.next();
  run_time.trace.start();
  run_time.execution.run(which, budget);
  run_time.trace.stop();
  if (run_time.execution.failure() != failure) {
    std::printf("  replayed it is different: %s\n", run_time.execution.failure().c_str());
  }
  run_time.trace.print();
  std::printf("  replay: fanout_model %s --replay %s%s\n", which.name,
              budget.exhaustive ? "x" : "r", text.c_str());
  std::fflush(stdout);
}

bool is_expected(const Case& which) {
  return which.failure != nullptr &&
         run_time.execution.failure().find(which.failure) != std::string::npos;
}

// Runs executions until there are no more, or one fails. `most` of 0: until the search ends.
bool explore(const Case& which, const Budget& budget, long most, Totals& totals) {
  long done = 0;
  while ((most == 0 || done < most) && run_time.choices.next()) {
    switch (run_time.execution.run(which, budget)) {
      case Execution::End::failed:
        if (is_expected(which)) {
          ++totals.complete;
          totals.outcomes["found"] = done + 1;
          return true;
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
    ++done;
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

bool run_case(const Case& which, const Options& options, std::uint64_t seed, long& complete) {
  Totals totals;
  run_time.execution.forget_steps();
  const auto begin = std::chrono::steady_clock::now();
  Budget budget = which.budget;
  const long wanted = options.executions == 0 ? budget.executions : options.executions;
  const long most = std::max(wanted, budget.executions);
  bool passed = true;
  bool whole = false;
  if (!options.replay.empty()) {
    budget.exhaustive = options.replay[0] == 'x';
    run_time.choices.replay(options.replay.substr(1));
    passed = explore(which, budget, 1, totals);
    if (passed) std::printf("%s: this schedule is no failure\n", which.name);
    return passed;
  }
  if (budget.exhaustive && !options.random) {
    run_time.choices.explore_all();
    run_time.execution.seen().clear();
    passed = explore(which, budget, most, totals);
    whole = totals.complete + totals.cut_short < most;
  }
  if (passed && totals.complete < wanted && (!whole || options.executions > 0)) {
    budget.exhaustive = false;
    run_time.choices.explore_random(seed << 40);
    passed = explore(which, budget, wanted - totals.complete, totals);
  }
  passed = passed && all_outcomes_seen(which, totals);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%s %-50s %8ld executions%s, %ld cut short, %u steps at most, %.1f s\n",
              passed ? "ok    " : "FAILED", which.name, totals.complete,
              whole ? " (all within the bounds)" : "", totals.cut_short,
              run_time.execution.usual_steps(), took.count());
  for (const auto& [outcome, times] : totals.outcomes) {
    std::printf("         %8ld x %s\n", times, outcome.c_str());
  }
  std::fflush(stdout);
  complete += totals.complete;
  return passed;
}

bool is_wanted(const Case& which, const Options& options) {
  if (options.names.empty()) return true;
  for (const std::string& name : options.names) {
    if (name == which.name) return true;
  }
  return false;
}

void fail_by_signal(int signal) { fail("signal %d", signal); }
void fail_by_exception() { fail("std::terminate was called"); }

void set_up() {
  __libc_single_threaded = 0;  // otherwise shared pointers count without atomic operations
  std::setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
  const std::size_t stacks = most_threads * Threads::stack_size;
  void* const memory =
      mmap(reinterpret_cast<void*>(Heap::begin), Heap::size + stacks, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != reinterpret_cast<void*>(Heap::begin)) {
    std::perror("fanout_model: the fixed address of the model's memory");
    std::exit(2);
  }
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) {
    struct sigaction action{};
    action.sa_handler = &fail_by_signal;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    sigaction(signal, &action, nullptr);
  }
  static char signal_stack[1 << 16];
  const stack_t alternative{signal_stack, 0, sizeof signal_stack};
  sigaltstack(&alternative, nullptr);
  std::set_terminate(&fail_by_exception);
  run_time.image.take();
  run_time.initial_locals = new unsigned char[run_time.image.locals_size()];
  run_time.image.save_locals(run_time.initial_locals);
  run_time.shadow.watch(Heap::begin, Heap::size + stacks);
  run_time.shadow.watch(run_time.image.statics(), run_time.image.statics_size());
  run_time.threads.make_stacks(static_cast<char*>(memory) + Heap::size);
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--random") {
      options.random = true;
    } else if (word == "--executions" && has_value) {
      options.executions = std::atol(argv[++i]);
    } else if (word == "--seed" && has_value) {
      options.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--processes" && has_value) {
      options.processes = std::atoi(argv[++i]);
    } else if (word == "--at-least" && has_value) {
      options.at_least = std::atol(argv[++i]);
    } else if (word == "--replay" && has_value) {
      options.replay = argv[++i];
    } else if (word == "--list") {
      for (const Case* it = first_case; it != nullptr; it = it->next) {
        std::printf("%-50s %s\n", it->name, it->promise);
      }
      std::fflush(stdout);
      _exit(0);
    } else if (word.starts_with("-")) {
      return false;
    } else {
      options.names.push_back(word);
    }
  }
  return true;
}

// What the processes share: the next case to run, and the sum.
struct Shared {
  int next;
  long complete;
  int ran;
  int failed;
};

void work(const Options& options, Shared& shared) {
  int index = 0;
  int mine = __atomic_fetch_add(&shared.next, 1, __ATOMIC_RELAXED);
  for (const Case* it = first_case; it != nullptr; it = it->next) {
    if (!is_wanted(*it, options) || index++ != mine) continue;
    long complete = 0;
    if (!run_case(*it, options, options.seed, complete)) {
      __atomic_fetch_add(&shared.failed, 1, __ATOMIC_RELAXED);
    }
    __atomic_fetch_add(&shared.complete, complete, __ATOMIC_RELAXED);
    __atomic_fetch_add(&shared.ran, 1, __ATOMIC_RELAXED);
    mine = __atomic_fetch_add(&shared.next, 1, __ATOMIC_RELAXED);
  }
}

}  // namespace

Case::Case(const Description& description) : Description(description) {
  Case** link = &first_case;
  while (*link != nullptr && std::strcmp((*link)->name, name) < 0) link = &(*link)->next;
  next = *link;
  *link = this;
}

void check(bool holds, const char* what) {
  if (!holds) fail("%s", what);
}

void saw(const char* outcome) {
  const Inside inside;
  run_time.execution.outcomes().push_back(outcome);
}

int run(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(usage, stderr);
    return 2;
  }
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Shared& shared = *static_cast<Shared*>(memory);
  set_up();
  for (int i = 1; i < options.processes; ++i) {
    if (fork() == 0) {
      work(options, shared);
      std::fflush(stdout);
      _exit(0);
    }
  }
  work(options, shared);
  while (wait(nullptr) > 0) {
  }
  std::printf("%d cases, %ld executions, %d failed\n", shared.ran, shared.complete, shared.failed);
  if (shared.ran == 0) std::printf("no case was run\n");
  const bool enough = shared.complete >= options.at_least;
  if (!enough) std::printf("these are less than %ld executions\n", options.at_least);
  std::fflush(stdout);
  _exit(shared.ran > 0 && shared.failed == 0 && enough ? 0 : 1);
}

}  // namespace model
