// SPDX-License-Identifier: MIT
// Promises and stop tokens: the producer's side against the reader's.
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "model.hpp"
#include "tasks.hpp"

namespace {

using fanout::Future;
using fanout::Promise;
using model::Case;
using model::check;
using model::saw;

using Value = std::unique_ptr<int>;

const Case set_or_cancel{{.name = "promise_set_against_cancel",
                          .promise = "a value that comes too late is dropped, and its setter told",
                          .budget = {.preemptions = 4, .surprises = 2},
                          .outcomes = {"set", "cancelled"},
                          .body = [] {
                            Promise<Value> promise;
                            const Future<Value> future = promise.get_future();
                            bool cancelled = false;
                            std::thread canceller([&cancelled, copy = future] {
                              cancelled = copy.cancel();
                              check(copy.cancelled() == cancelled, "cancelled, and then not");
                            });
                            bool told = false;
                            try {
                              promise.set_value(std::make_unique<int>(7));
                            } catch (const fanout::InvalidStateError&) {
                              told = true;
                            }
                            canceller.join();
                            check(cancelled == told, "the setter was told wrongly");
                            check(future.cancelled() == told, "cancelled, and then not");
                            if (!told) check(*future.result() == 7, "the wrong value");
                            saw(told ? "cancelled" : "set");
                          }}};

const Case two_setters{{.name = "promise_set_against_set",
                        .promise = "of two who set a promise one gets an error",
                        .budget = {.preemptions = 4, .surprises = 2},
                        .outcomes = {"the first", "the second"},
                        .body = [] {
                          Promise<int> promise;
                          const Future<int> future = promise.get_future();
                          int errors = 0;
                          std::thread other([&] {
                            try {
                              promise.set_value(2);
                            } catch (const fanout::InvalidStateError&) {
                              __atomic_fetch_add(&errors, 1, __ATOMIC_RELAXED);
                            }
                          });
                          try {
                            promise.set_value(1);
                          } catch (const fanout::InvalidStateError&) {
                            __atomic_fetch_add(&errors, 1, __ATOMIC_RELAXED);
                          }
                          saw(future.result() == 1 ? "the first" : "the second");
                          other.join();
                          check(errors == 1, "set twice, or not at all");
                        }}};

const Case broken{{.name = "promise_broken_against_cancel",
                   .promise = "a promise that goes away unset fails its future, or it is cancelled",
                   .budget = {.preemptions = 4, .surprises = 2},
                   .outcomes = {"broken", "cancelled"},
                   .body = [] {
                     std::optional<Promise<Value>> promise(std::in_place);
                     const Future<Value> future = promise->get_future();
                     std::thread producer([&promise] { promise.reset(); });
                     const bool cancelled = future.cancel();
                     check(future.cancelled() == cancelled, "cancelled, and then not");
                     producer.join();
                     check(future.cancelled() == cancelled, "cancelled, and then not");
                     if (!cancelled) check(future.exception() != nullptr, "no error");
                     saw(cancelled ? "cancelled" : "broken");
                   }}};

const Case told_by_callback{{.name = "promise_set_against_cancel_with_callback",
                             .promise = "a callback sees how it ended, and it stays so",
                             .budget = {.preemptions = 3, .surprises = 1},
                             .outcomes = {"set", "cancelled"},
                             .body = [] {
                               Promise<int> promise;
                               const Future<int> future = promise.get_future();
                               int calls = 0;
                               bool seen = false;
                               future.add_done_callback([&](const Future<int>& done) {
                                 seen = done.cancelled();
                                 ++calls;
                               });
                               std::thread canceller([copy = future] { copy.cancel(); });
                               try {
                                 promise.set_value(7);
                               } catch (const fanout::InvalidStateError&) {
                                 check(future.cancelled(), "not set, and not cancelled");
                               }
                               canceller.join();
                               check(calls == 1, "not called once");
                               check(future.cancelled() == seen, "it did not stay so");
                               saw(seen ? "cancelled" : "set");
                             }}};

const Case stopping{{.name = "request_stop_against_completion",
                     .promise = "a task may be asked to stop while it ends",
                     .budget = {.preemptions = 3, .surprises = 1},
                     .outcomes = {"asked in time", "too late"},
                     .body = [] {
                       using Task = std::stop_token;
                       const Future<bool> future =
                           model::make_task([](Task token) { return token.stop_requested(); });
                       std::thread worker(
                           [copy = future] { model::start_and_run(model::state_of(copy)); });
                       (void)future.request_stop();
                       saw(future.result() ? "asked in time" : "too late");
                       worker.join();
                     }}};

}  // namespace
