// SPDX-License-Identifier: MIT
// The state word: starting, cancelling, completing, and who frees the block.
#include <memory>
#include <optional>
#include <thread>

#include "model.hpp"
#include "tasks.hpp"

namespace {

using model::Case;
using model::check;
using model::enqueue;
using model::Listening;
using model::make_task;
using model::saw;
using model::Shell;
using model::start_and_run;
using model::state_of;

// Counts what becomes of a callable.
struct Witness {
  int runs = 0;
  int callables = 0;
};

class Callable {
 public:
  explicit Callable(Witness& witness) : witness_(&witness) { ++witness.callables; }
  Callable(Callable&& other) noexcept : witness_(std::exchange(other.witness_, nullptr)) {}
  ~Callable() {
    if (witness_ != nullptr) --witness_->callables;
  }
  int operator()() && { return ++witness_->runs; }

 private:
  Witness* witness_;
};

const Case run_against_cancel{
    {.name = "run_against_cancel",
     .promise = "a task is run or cancelled, never both; its callable is gone by then",
     .budget = {.preemptions = 4, .surprises = 2},
     .outcomes = {"run", "cancelled"},
     .body = [] {
       Witness witness;
       Listening owner;
       auto future = make_task(Callable(witness));
       const Shell shell = enqueue(future, owner);
       std::thread worker([&] { shell.run(); });
       const bool cancelled = future.cancel();
       future.wait();
       check(witness.callables == 0, "the callable is still there");
       worker.join();
       check(witness.runs == (cancelled ? 0 : 1), "run and cancelled, or neither");
       check(owner.cancelled == (cancelled ? 1 : 0), "the executor was not told");
       check(future.cancelled() == cancelled, "cancel() and cancelled() differ");
       if (!cancelled) check(future.result() == 1, "the wrong result");
       saw(cancelled ? "cancelled" : "run");
     }}};

const Case two_cancels{{.name = "cancel_against_cancel_against_run",
                        .promise = "of two who cancel both get the truth, and it happens once",
                        .budget = {.preemptions = 3},
                        .outcomes = {"run", "cancelled"},
                        .body = [] {
                          Witness witness;
                          Listening owner;
                          auto future = make_task(Callable(witness));
                          const Shell shell = enqueue(future, owner);
                          bool also = false;
                          std::thread worker([&] { shell.run(); });
                          std::thread other([&, copy = future] { also = copy.cancel(); });
                          const bool cancelled = future.cancel();
                          other.join();
                          worker.join();
                          check(also == cancelled, "the two who cancelled differ");
                          check(owner.cancelled == (cancelled ? 1 : 0), "told twice, or never");
                          check(witness.runs == (cancelled ? 0 : 1), "run and cancelled");
                          check(witness.callables == 0, "the callable is still there");
                          saw(cancelled ? "cancelled" : "run");
                        }}};

const Case waiting{{.name = "wait_against_run_against_cancel",
                    .promise = "who waits is woken by completion and by cancelling",
                    .budget = {.preemptions = 3},
                    .outcomes = {"run", "cancelled"},
                    .body = [] {
                      Witness witness;
                      Listening owner;
                      auto future = make_task(Callable(witness));
                      const Shell shell = enqueue(future, owner);
                      std::thread worker([&] { shell.run(); });
                      std::thread canceller([&] { future.cancel(); });
                      future.wait();
                      check(future.done(), "wait() returned early");
                      if (!future.cancelled()) {
                        check(future.result() == 1, "the wrong result");
                        check(witness.callables == 0, "the callable is still there");
                      }
                      saw(future.cancelled() ? "cancelled" : "run");
                      worker.join();
                      canceller.join();
                    }}};

const Case publishing{{.name = "cancel_publishes_to_who_sees_it",
                       .promise = "who sees a future cancelled sees what the canceller did before",
                       .budget = {.preemptions = 3, .surprises = 2},
                       .outcomes = {"seen at once", "after waiting"},
                       .body = [] {
                         auto future = make_task([] { return 7; });
                         int reason = 0;
                         std::thread canceller([&reason, copy = future] {
                           reason = 42;
                           copy.cancel();
                         });
                         const bool at_once = future.done();
                         if (!at_once) future.wait();
                         check(reason == 42, "the reason is missing");
                         saw(at_once ? "seen at once" : "after waiting");
                         canceller.join();
                       }}};

const Case timed_wait{{.name = "timed_wait_against_completion",
                       .promise = "a wait that runs out of time leaves nothing behind",
                       .budget = {.preemptions = 3, .surprises = 2},
                       .outcomes = {"in time", "too late"},
                       .body = [] {
                         auto future = make_task([] { return 7; });
                         std::thread worker([&] { start_and_run(state_of(future)); });
                         const bool in_time = future.wait(std::chrono::milliseconds(1));
                         if (in_time) check(future.result() == 7, "the wrong result");
                         saw(in_time ? "in time" : "too late");
                         worker.join();
                         check(future.result() == 7, "the wrong result");
                       }}};

const Case three_waits{{.name = "three_waits_against_completion",
                        .promise = "one of several leaves the list while it changes hands",
                        .budget = {.executions = 500'000, .preemptions = 2, .surprises = 1},
                        .outcomes = {"in time", "too late"},
                        .body = [] {
                          auto future = make_task([] { return 7; });
                          std::thread worker([&] { start_and_run(state_of(future)); });
                          std::thread second([&] { future.wait(); });
                          std::thread third([&] { (void)future.wait(std::chrono::hours(1)); });
                          saw(future.wait(std::chrono::milliseconds(1)) ? "in time" : "too late");
                          worker.join();
                          second.join();
                          third.join();
                        }}};

const Case callbacks{{.name = "callback_against_completion",
                      .promise = "a callback is called once, whoever is first",
                      .budget = {.preemptions = 3, .surprises = 2},
                      .outcomes = {"by this thread", "by the worker"},
                      .body = [] {
                        auto future = make_task([] { return 7; });
                        std::thread worker([&] { start_and_run(state_of(future)); });
                        int calls = 0;
                        std::thread::id caller;
                        future.add_done_callback([&](fanout::Future<int> done) {
                          check(done.result() == 7, "the wrong result");
                          caller = std::this_thread::get_id();
                          ++calls;
                        });
                        worker.join();
                        check(calls == 1, "not called once");
                        saw(caller == std::this_thread::get_id() ? "by this thread"
                                                                 : "by the worker");
                      }}};

const Case callbacks_cancelled{{.name = "callback_against_cancel_against_run",
                                .promise = "callbacks run after cancelling, too",
                                .budget = {.preemptions = 2},
                                .outcomes = {"run", "cancelled"},
                                .body = [] {
                                  Listening owner;
                                  int calls = 0;
                                  auto future = make_task([] { return 7; });
                                  const Shell shell = enqueue(future, owner);
                                  std::thread worker([&] { shell.run(); });
                                  std::thread canceller([copy = future] { copy.cancel(); });
                                  future.add_done_callback([&](const auto& done) {
                                    saw(done.cancelled() ? "cancelled" : "run");
                                    ++calls;
                                  });
                                  worker.join();
                                  canceller.join();
                                  check(calls == 1, "not called once");
                                }}};

// What a result holds; says where it was destroyed.
struct Value {
  explicit Value(std::thread::id reader) : main(reader) {}
  Value(Value&& other) noexcept : main(other.main), moved(std::exchange(other.moved, true)) {}
  ~Value() {
    if (!moved) saw(std::this_thread::get_id() == main ? "by the reader" : "by the worker");
  }
  std::thread::id main;
  bool moved = false;
};

const Case last_handle{{.name = "last_handle_against_completion",
                        .promise = "the block is freed once, by who comes last",
                        .budget = {.preemptions = 4, .surprises = 2},
                        .outcomes = {"by the reader", "by the worker"},
                        .body = [] {
                          Listening owner;
                          std::optional future(
                              make_task([id = std::this_thread::get_id()] { return Value(id); }));
                          const Shell shell = enqueue(*future, owner);
                          std::thread worker([shell] { shell.run(); });
                          future.reset();
                          worker.join();
                        }}};

const Case two_handles{{.name = "two_handles_against_completion",
                        .promise = "two handles that go at the same time free the block once",
                        .budget = {.preemptions = 3},
                        .outcomes = {"by the reader", "by the worker"},
                        .body = [] {
                          Listening owner;
                          std::optional future(
                              make_task([id = std::this_thread::get_id()] { return Value(id); }));
                          const Shell shell = enqueue(*future, owner);
                          std::thread worker([shell] { shell.run(); });
                          std::thread other([copy = *future]() mutable { (void)copy.done(); });
                          future.reset();
                          worker.join();
                          other.join();
                        }}};

const Case cancelled_shell{{.name = "last_handle_against_cancel_against_dequeue",
                            .promise = "the empty shell in the queue keeps the block, no longer",
                            .budget = {.preemptions = 3},
                            .outcomes = {"run", "cancelled"},
                            .body = [] {
                              Listening owner;
                              Witness witness;
                              std::optional future(make_task(Callable(witness)));
                              const Shell shell = enqueue(*future, owner);
                              std::thread worker([shell] { shell.run(); });
                              std::thread canceller([copy = *future]() mutable { copy.cancel(); });
                              future.reset();
                              worker.join();
                              canceller.join();
                              check(witness.callables == 0, "the callable is still there");
                              saw(witness.runs == 1 ? "run" : "cancelled");
                            }}};

const Case awaited_in_place{{.name = "start_in_place_against_dequeue",
                             .promise = "a task that its waiter runs leaves an empty shell",
                             .budget = {.preemptions = 4, .surprises = 2},
                             .outcomes = {"by the waiter", "by the worker"},
                             .body = [] {
                               Listening owner;
                               std::optional future(make_task([] { return 7; }));
                               const Shell shell = enqueue(*future, owner);
                               std::thread worker([shell] { shell.run(); });
                               const bool ran = start_and_run(state_of(*future));
                               check(future->result() == 7, "the wrong result");
                               saw(ran ? "by the waiter" : "by the worker");
                               future.reset();
                               worker.join();
                             }}};

const Case taking{{.name = "take_against_take",
                   .promise = "the value is moved out once, the other gets an error",
                   .budget = {.preemptions = 4, .surprises = 2},
                   .outcomes = {"this thread", "the other"},
                   .body = [] {
                     auto future = make_task([] { return std::make_unique<int>(7); });
                     start_and_run(state_of(future));
                     int taken = 0;
                     std::thread other([&taken, copy = future] {
                       try {
                         check(*copy.take() == 7, "the wrong value");
                         saw("the other");
                       } catch (const fanout::InvalidStateError&) {
                         taken = 1;
                       }
                     });
                     bool failed = false;
                     try {
                       check(*future.take() == 7, "the wrong value");
                       saw("this thread");
                     } catch (const fanout::InvalidStateError&) {
                       failed = true;
                     }
                     other.join();
                     check((taken == 1) != failed, "taken twice, or never");
                   }}};

}  // namespace
