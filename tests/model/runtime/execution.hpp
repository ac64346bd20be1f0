// SPDX-License-Identifier: MIT
// One execution of a case, what it found, and everything that the model keeps about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../model.hpp"
#include "atomics.hpp"
#include "choices.hpp"
#include "heap.hpp"
#include "image.hpp"
#include "mutexes.hpp"
#include "seen.hpp"
#include "shadow.hpp"
#include "threads.hpp"
#include "trace.hpp"

namespace model {

class Execution {
 public:
  static constexpr std::uint32_t most_steps = 50'000;

  enum class End : std::uint8_t { complete, cut_short, failed };

  // A new case.
  void forget_steps() { usual_steps_ = 50; }

  // Runs the case once with the decisions of run_time.choices.
  End run(const Case& which, const Budget& budget);

  const std::string& failure() const { return failure_; }
  const Budget& budget() const { return budget_; }
  std::uint32_t number() const { return number_; }
  std::uint32_t usual_steps() const { return usual_steps_; }
  std::vector<const char*>& outcomes() { return outcomes_; }

  // Ends the execution if the search was in this state before with as much left to spend.
  void check_seen(int preemptions, int surprises);
  Seen& seen() { return seen_; }

  // The C library keeps them under a lock, so what the thread did before is seen by who runs it.
  void at_exit(Destructor handler);
  void run_exit_handlers();

  [[noreturn]] void end_as_failure(std::string text);

 private:
  static void* run_body(void*);
  void check_leaks();

  const Case* case_ = nullptr;
  Budget budget_;
  End end_ = End::complete;
  std::string failure_;
  std::uint32_t number_ = 0;
  std::uint32_t usual_steps_ = 50;
  std::vector<const char*> outcomes_;
  std::vector<Destructor> exit_handlers_;
  VectorClock exit_handlers_published_;
  Seen seen_;
};

// The one and only: everything below the program under test.
struct RunTime {
  // True while the model itself runs: what it calls is none of the program's doing.
  bool inside = true;

  Image image;
  unsigned char* initial_locals = nullptr;
  Choices choices;
  Threads threads;
  Atomics atomics;
  Mutexes mutexes;
  Shadow shadow;
  Heap heap;
  Trace trace;
  Execution execution;
};
extern RunTime run_time;

// For a scope: the model runs, not the program.
class Inside {
 public:
  Inside() { run_time.inside = true; }
  ~Inside() { run_time.inside = false; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};

[[noreturn]] __attribute__((format(printf, 1, 2))) void fail(const char* format, ...);

}  // namespace model
