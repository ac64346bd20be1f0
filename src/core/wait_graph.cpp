// SPDX-License-Identifier: MIT
#include "wait_graph.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>

#include <fanout/errors.hpp>

#include "context.hpp"
#include "mutex.hpp"
#include "per_process.hpp"

namespace fanout::detail {
namespace {

// Which tasks each waiting task waits for. A task stays alive while it is here, since it is
// running. The awaited states stay alive as well: whoever waits has handles.
class Graph {
 public:
  using Edges = std::unordered_map<const State*, std::vector<State*>>;

  Mutex mutex;
  Edges edges FANOUT_GUARDED_BY(mutex);

  // The way from one of `from` to `goal`, nearest first; empty if there is none.
  std::vector<const State*> find_way(const std::vector<State*>& from, const State* goal)
      FANOUT_REQUIRES(mutex) {
    std::vector<const State*> way;
    std::unordered_set<const State*> seen;
    visit(from, goal, way, seen);
    return way;
  }

 private:
  // Recursive, as deep as the longest chain of waits.
  bool visit(const std::vector<State*>& from, const State* goal, std::vector<const State*>& way,
             std::unordered_set<const State*>& seen) FANOUT_REQUIRES(mutex) {
    for (const State* state : from) {
      if (state->done() || !seen.insert(state).second) continue;
      way.push_back(state);
      if (state == goal) return true;
      if (const auto next = edges.find(state);
          next != edges.end() && visit(next->second, goal, way, seen)) {
        return true;
      }
      way.pop_back();
    }
    return false;
  }
};

constinit PerProcess<Graph> graph;

// From the task that is about to wait, along the way, to a task of its own stack; and up that stack
// again.
std::string describe(const Frame* top, const std::vector<const State*>& way) {
  std::string text = "waiting here would close a circle of tasks that wait for each other: ";
  text += top->task->name();
  for (const State* state : way) text += " -> " + state->name();
  std::string above;
  for (const Frame* frame = top; frame->task != way.back(); frame = frame->below) {
    above.insert(0, " -> " + frame->task->name());
  }
  return text + above;
}

}  // namespace

WaitEdge::WaitEdge(const std::vector<State*>& awaited) {
  Frame* const top = context.frame;
  if (top == nullptr) return;
  Graph& waits = graph.get();
  const Lock lock(waits.mutex);
  for (Frame* frame = top; frame != nullptr; frame = frame->below) {
    const std::vector<const State*> way = waits.find_way(awaited, frame->task);
    if (!way.empty()) throw DeadlockError(describe(top, way));
  }
  // An overrun task is done already and nobody waits for it; it is registered all the same.
  try {
    const State* above = nullptr;
    for (Frame* frame = top; frame != nullptr; frame = frame->below) {
      waits.edges[frame->task] =
          above == nullptr ? awaited : std::vector<State*>{const_cast<State*>(above)};
      above = frame->task;
    }
  } catch (...) {
    for (Frame* frame = top; frame != nullptr; frame = frame->below) waits.edges.erase(frame->task);
    throw;
  }
  registered_ = true;
}

WaitEdge::~WaitEdge() {
  if (!registered_) return;
  Graph* const waits = graph.find();
  if (waits == nullptr) return;  // registered by the parent of this forked child
  const Lock lock(waits->mutex);
  for (Frame* frame = context.frame; frame != nullptr; frame = frame->below) {
    waits->edges.erase(frame->task);
  }
}

}  // namespace fanout::detail
