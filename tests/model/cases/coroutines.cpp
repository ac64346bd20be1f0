// SPDX-License-Identifier: MIT
// Coroutines that await a future: suspending against completion.
#include <coroutine>
#include <exception>
#include <thread>

#include "model.hpp"
#include "tasks.hpp"

namespace {

using fanout::Future;
using model::Case;
using model::check;
using model::make_task;
using model::saw;
using model::start_and_run;
using model::state_of;

// Starts at once; its end is a future.
struct Script {
  struct promise_type {
    fanout::Promise<int> outcome;
    Script get_return_object() { return {outcome.get_future()}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_value(int value) { outcome.set_value(value); }
    void unhandled_exception() { outcome.set_exception(std::current_exception()); }
  };
  Future<int> outcome;
};

Script plus_one(Future<int> future) { co_return co_await future + 1; }

const Case awaiting{
    {.name = "coroutine_await_against_completion",
     .promise = "a coroutine is resumed once, by who completes the future or at once",
     .budget = {.preemptions = 3, .surprises = 2},
     .outcomes = {"done", "later"},
     .body = [] {
       const auto future = make_task([] { return 7; });
       std::thread worker([copy = future] { start_and_run(state_of(copy)); });
       const Script script = plus_one(future);
       saw(script.outcome.done() ? "done" : "later");
       check(script.outcome.result() == 8, "the wrong result");
       worker.join();
     }}};

const Case cancelled{{.name = "coroutine_await_against_cancel_against_run",
                      .promise = "a coroutine that awaits a cancelled future gets CancelledError",
                      .budget = {.preemptions = 2, .surprises = 1},
                      .outcomes = {"run", "cancelled"},
                      .body = [] {
                        const auto future = make_task([] { return 7; });
                        std::thread worker([copy = future] { start_and_run(state_of(copy)); });
                        std::thread canceller([copy = future] { copy.cancel(); });
                        const Script script = plus_one(future);
                        try {
                          check(script.outcome.result() == 8, "the wrong result");
                          saw("run");
                        } catch (const fanout::CancelledError&) {
                          saw("cancelled");
                        }
                        worker.join();
                        canceller.join();
                      }}};

}  // namespace
