// SPDX-License-Identifier: MIT
// The program: sets the model up, and runs the cases in one process or several.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/wait.h>
#include <unistd.h>

#include "execution.hpp"
#include "explore.hpp"

namespace model {
namespace {

Case* first_case = nullptr;

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
    if (!options.asks_for(*it) || index++ != mine) continue;
    if (options.stop_at_failure && __atomic_load_n(&shared.failed, __ATOMIC_RELAXED) > 0) return;
    const Verdict verdict = explore(*it, options);
    std::fflush(stdout);
    if (!verdict.passed) __atomic_fetch_add(&shared.failed, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&shared.complete, verdict.executions, __ATOMIC_RELAXED);
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
  const Options options = parse(argc, argv);
  if (options.list) {
    for (const Case* it = first_case; it != nullptr; it = it->next) {
      std::printf("%-50s %s\n", it->name, it->promise);
    }
    return 0;
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
