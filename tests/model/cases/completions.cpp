// SPDX-License-Identifier: MIT
// as_completed and wait: each future is handed out once, whoever completes it and when.
#include <optional>
#include <thread>
#include <vector>

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

const Case in_order{{.name = "as_completed_against_two_completions",
                     .promise = "each future comes out once, when it is done",
                     .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                     .outcomes = {"1 first", "2 first"},
                     .body = [] {
                       const std::vector<Future<int>> futures{make_task([] { return 1; }),
                                                              make_task([] { return 2; })};
                       std::thread first([&] { start_and_run(state_of(futures[0])); });
                       std::thread second([&] { start_and_run(state_of(futures[1])); });
                       std::vector<int> order;
                       for (const Future<int>& future : fanout::as_completed(futures)) {
                         check(future.done(), "handed out before it was done");
                         order.push_back(future.result());
                       }
                       check(order.size() == 2 && order[0] + order[1] == 3, "lost, or twice");
                       saw(order[0] == 1 ? "1 first" : "2 first");
                       first.join();
                       second.join();
                     }}};

const Case adding{{.name = "as_completed_with_add_against_completion",
                   .promise = "a future that is added late comes out as well",
                   .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                   .outcomes = {"done when added", "done later"},
                   .body = [] {
                     const std::vector<Future<int>> futures{make_task([] { return 1; })};
                     const Future<int> late = make_task([] { return 2; });
                     std::thread first([&] { start_and_run(state_of(futures[0])); });
                     std::thread second([&] { start_and_run(state_of(late)); });
                     auto completed = fanout::as_completed(futures);
                     int sum = 0;
                     int count = 0;
                     for (const Future<int>& future : completed) {
                       sum += future.result();
                       if (++count == 1) {
                         saw(late.done() ? "done when added" : "done later");
                         completed.add(late);
                       }
                     }
                     check(count == 2 && sum == 3, "lost, or twice");
                     first.join();
                     second.join();
                   }}};

const Case leaving{{.name = "as_completed_left_early_against_completion",
                    .promise = "what is not handed out is forgotten, and touches nothing later",
                    .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                    .body = [] {
                      std::optional futures(std::vector<Future<int>>{make_task([] { return 1; }),
                                                                     make_task([] { return 2; })});
                      std::thread first([task = (*futures)[0]] { start_and_run(state_of(task)); });
                      std::thread second([task = (*futures)[1]] { start_and_run(state_of(task)); });
                      for (const Future<int>& future : fanout::as_completed(*futures)) {
                        check(future.done(), "handed out before it was done");
                        break;
                      }
                      futures.reset();
                      first.join();
                      second.join();
                    }}};

const Case timing_out{{.name = "as_completed_timeout_against_completion",
                       .promise = "time runs out between two completions, and nothing is lost",
                       .budget = {.preemptions = 3, .surprises = 2},
                       .outcomes = {"in time", "too late"},
                       .body = [] {
                         const std::vector<Future<int>> futures{make_task([] { return 1; })};
                         std::thread worker([&] { start_and_run(state_of(futures[0])); });
                         try {
                           for (const Future<int>& future :
                                fanout::as_completed(futures, std::chrono::seconds(1))) {
                             check(future.result() == 1, "the wrong result");
                           }
                           saw("in time");
                         } catch (const fanout::TimeoutError&) {
                           saw("too late");
                         }
                         worker.join();
                         check(futures[0].result() == 1, "the wrong result");
                       }}};

const Case cancelled{{.name = "as_completed_against_cancel_against_run",
                      .promise = "a cancelled future comes out at once",
                      .budget = {.preemptions = 3, .surprises = 1},
                      .outcomes = {"run", "cancelled"},
                      .body = [] {
                        const std::vector<Future<int>> futures{make_task([] { return 1; })};
                        std::thread worker([&] { start_and_run(state_of(futures[0])); });
                        std::thread canceller([&] { futures[0].cancel(); });
                        int count = 0;
                        for (const Future<int>& future : fanout::as_completed(futures)) {
                          saw(future.cancelled() ? "cancelled" : "run");
                          ++count;
                        }
                        check(count == 1, "lost, or twice");
                        worker.join();
                        canceller.join();
                      }}};

const Case first_done{{.name = "wait_for_first_against_two_completions",
                       .promise = "waiting for the first of two returns one that is done",
                       .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                       .outcomes = {"one done", "both done"},
                       .body = [] {
                         const std::vector<Future<int>> futures{make_task([] { return 1; }),
                                                                make_task([] { return 2; })};
                         std::thread first([&] { start_and_run(state_of(futures[0])); });
                         std::thread second([&] { start_and_run(state_of(futures[1])); });
                         const auto result =
                             fanout::wait(futures, fanout::ReturnWhen::first_completed);
                         check(!result.done.empty(), "none is done");
                         saw(result.not_done.empty() ? "both done" : "one done");
                         first.join();
                         second.join();
                       }}};

const Case all_done{{.name = "timed_wait_for_all_against_two_completions",
                     .promise = "a wait for all that runs out of time leaves no listener behind",
                     .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                     .outcomes = {"in time", "too late"},
                     .body = [] {
                       const std::vector<Future<int>> futures{make_task([] { return 1; }),
                                                              make_task([] { return 2; })};
                       std::thread first([&] { start_and_run(state_of(futures[0])); });
                       std::thread second([&] { start_and_run(state_of(futures[1])); });
                       const auto result = fanout::wait(futures, std::chrono::seconds(1));
                       for (const auto& future : result.done) check(future.done(), "not done");
                       saw(result.not_done.empty() ? "in time" : "too late");
                       first.join();
                       second.join();
                     }}};

}  // namespace
