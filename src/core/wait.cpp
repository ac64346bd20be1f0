// SPDX-License-Identifier: MIT
// fanout::wait without its templates.
#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <utility>

#include <fanout/wait.hpp>

#include "completion_queue.hpp"
#include "context.hpp"
#include "wait_graph.hpp"

namespace fanout::detail {
namespace {

// Is there nothing left to wait for?
bool holds(const std::vector<State*>& states, WaitFor condition) {
  const auto is_done = [](const State* state) { return state->done(); };
  const auto has_failed = [](const State* state) { return state->failed(); };
  switch (condition) {
    case WaitFor::first:
      return states.empty() || std::any_of(states.begin(), states.end(), is_done);
    case WaitFor::first_failure:
      return std::any_of(states.begin(), states.end(), has_failed) ||
             std::all_of(states.begin(), states.end(), is_done);
    case WaitFor::all:
      break;
  }
  return std::all_of(states.begin(), states.end(), is_done);
}

// From the last to the first: tasks start in order of submission, so when the last one is done the
// others mostly are too, and the thread sleeps once instead of once for each.
void block_for_all(const std::vector<State*>& states, Deadline deadline) {
  for (State* state : std::views::reverse(states)) {
    if (!state->block_until(deadline)) return;
  }
}

void wait_for_all(const std::vector<State*>& states, Deadline deadline) {
  if (context.frame == nullptr || !deadline.is_never()) {
    block_for_all(states, deadline);
    return;
  }
  for (State* state : states) {
    if (!state->done() && context.helper != nullptr) context.helper->run_awaited(*state);
  }
  if (holds(states, WaitFor::all)) return;
  const WaitEdge edge(states);
  block_for_all(states, deadline);
}

void wait_for_first(const std::vector<State*>& states, Deadline deadline, WaitFor condition) {
  CompletionQueue queue(deadline);
  std::vector<State*> handles = states;
  for (State* state : handles) state->add_handle();
  queue.add(std::move(handles), false);
  while (State* const state = queue.next()) {
    const bool found = condition == WaitFor::first || state->failed();
    state->drop_handle();
    if (found) return;
  }
}

}  // namespace

WaitFor condition_of(ReturnWhen when) {
  switch (when) {
    case ReturnWhen::first_completed:
      return WaitFor::first;
    case ReturnWhen::first_exception:
      return WaitFor::first_failure;
    case ReturnWhen::all_completed:
      return WaitFor::all;
  }
  throw std::invalid_argument("wait: not a value of fanout::ReturnWhen");
}

void wait_for(const std::vector<State*>& states, Deadline deadline, WaitFor condition) {
  if (holds(states, condition)) return;
  if (condition == WaitFor::all) {
    wait_for_all(states, deadline);
  } else {
    wait_for_first(states, deadline, condition);
  }
}

std::vector<State*> without_duplicates(const std::vector<State*>& states) {
  std::vector<State*> distinct;
  PointerSet known;
  known.reserve(states.size());
  for (State* state : states) {
    if (known.insert(state)) distinct.push_back(state);
  }
  return distinct;
}

}  // namespace fanout::detail
