// SPDX-License-Identifier: MIT
// An object that a process shares: one for all, whole for whoever gets it.
#include "core/per_process.hpp"

#include <thread>

#include "model.hpp"

namespace {

using fanout::detail::PerProcess;
using model::Case;
using model::check;
using model::saw;

// Not atomic: whoever reads the mark must come after the thread that made the object.
struct Marked {
  int mark = 5;
};

const Case two_ask{{.name = "two_ask_for_what_their_process_shares",
                    .promise = "both get the same object, and after them so does find()",
                    .budget = {.preemptions = 4, .surprises = 2},
                    .outcomes = {"found nothing before", "found it before"},
                    .body = [] {
                      static PerProcess<Marked> shared;
                      Marked* first = nullptr;
                      std::thread other([&first] {
                        first = &shared.get();
                        check(first->mark == 5, "the object is not whole");
                      });
                      const bool found = shared.find() != nullptr;
                      Marked* const second = &shared.get();
                      check(second->mark == 5, "the object is not whole");
                      other.join();
                      check(first == second, "there are two objects");
                      check(shared.find() == second, "find() gives another one");
                      saw(found ? "found it before" : "found nothing before");
                    }}};

}  // namespace
