// SPDX-License-Identifier: MIT
// What a case says to the model: who it is, what must hold, and what it saw.
#pragma once

// For programs that link the model's library, whose own names are hidden.
#pragma GCC visibility push(default)

namespace model {

// How far a case is explored by default.
struct Budget {
  // Every schedule within the bounds below; or, if false, random ones.
  bool exhaustive = true;

  // How many executions at most: of an exhaustive search, which mostly ends before; of a random
  // one, exactly.
  long executions = 200'000;

  // Bounds of an exhaustive search. A preemption takes the processor from a thread that could go
  // on. A surprise is a load of an old value, a weak compare-exchange that fails for no reason, a
  // sleep that ends early, or a deadline that passes while others could go on.
  int preemptions = 2;
  int surprises = 1;
};

// One small program of several threads.
struct Description {
  const char* name;
  const char* promise;
  Budget budget = {};

  // The texts of saw() that must occur, each in some execution: so a case cannot pass because the
  // race that it is about never happens.
  const char* outcomes[8] = {};

  // Of a case that is wrong on purpose: a part of the failure that must be found.
  const char* failure = nullptr;

  // The main thread. It starts the others with std::thread; the execution ends when all have ended.
  void (*body)();
};

struct Case : Description {
  explicit Case(const Description& description);
  Case* next = nullptr;
};

// Ends the execution as a failure unless `holds`.
void check(bool holds, const char* what);

// This execution ended this way. `outcome` is a literal.
void saw(const char* outcome);

// Runs the cases that the command line asks for; the exit status of the program.
int run(int argc, char** argv);

}  // namespace model

#pragma GCC visibility pop
