// SPDX-License-Identifier: MIT
// A bounded queue: blocked submitters against workers, cancelling and shutdown.
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

#include "model.hpp"
#include "threads/backlog.hpp"

namespace {

using fanout::Future;
using fanout::OnFull;
using fanout::ThreadPoolExecutor;
using fanout::detail::Backlog;
using model::Budget;
using model::Case;
using model::check;
using model::saw;

const Case places{{.name = "backlog_two_submitters_against_a_leaving_task",
                   .promise = "a place that becomes free goes to one who waits",
                   .budget = {.preemptions = 4, .surprises = 2},
                   .body = [] {
                     Backlog backlog(1);
                     check(backlog.try_enter() == Backlog::Entry::entered, "no place");
                     const auto pass_through = [&backlog] {
                       check(backlog.enter() == Backlog::Entry::entered, "turned away");
                       backlog.leave();
                     };
                     std::thread first(pass_through);
                     std::thread second(pass_through);
                     backlog.leave();
                     first.join();
                     second.join();
                     check(backlog.try_enter() == Backlog::Entry::entered, "a place is lost");
                     check(backlog.try_enter() == Backlog::Entry::full, "a place too many");
                   }}};

const Case closing{{.name = "backlog_close_against_submitters_against_leave",
                    .promise = "closing turns everybody away who waits for a place",
                    .budget = {.preemptions = 3, .surprises = 2},
                    .outcomes = {"entered", "turned away"},
                    .body = [] {
                      Backlog backlog(1);
                      check(backlog.try_enter() == Backlog::Entry::entered, "no place");
                      const auto enter = [&backlog] {
                        const bool entered = backlog.enter() == Backlog::Entry::entered;
                        saw(entered ? "entered" : "turned away");
                        if (entered) backlog.leave();
                      };
                      std::thread first(enter);
                      std::thread second(enter);
                      std::thread worker([&backlog] { backlog.leave(); });
                      backlog.close();
                      first.join();
                      second.join();
                      worker.join();
                    }}};

constexpr Budget random_walks{.exhaustive = false, .executions = 30'000};

const Case against_cancel{{.name = "pool_bounded_submit_against_cancel",
                           .promise = "cancelling makes room for who waits",
                           .budget = random_walks,
                           .outcomes = {"run", "cancelled"},
                           .body = [] {
                             ThreadPoolExecutor pool({.max_workers = 1, .max_pending = 1});
                             auto first = pool.submit([] { return 1; });
                             std::thread other([&pool] {
                               check(pool.submit([] { return 2; }).result() == 2, "wrong result");
                             });
                             first.cancel();
                             other.join();
                             check(pool.submit([] { return 3; }).result() == 3, "wrong result");
                             saw(first.cancelled() ? "cancelled" : "run");
                           }}};

const Case against_shutdown{{.name = "pool_bounded_submit_against_shutdown",
                             .promise = "shutdown turns blocked submitters away and runs the rest",
                             .budget = random_walks,
                             .outcomes = {"run", "turned away"},
                             .body = [] {
                               ThreadPoolExecutor pool({.max_workers = 1, .max_pending = 1});
                               auto first = pool.submit([] { return 1; });
                               const auto submit = [&pool] {
                                 try {
                                   auto future = pool.submit([] { return 2; });
                                   check(future.result() == 2, "the wrong result");
                                   saw("run");
                                 } catch (const fanout::ShutdownError&) {
                                   saw("turned away");
                                 }
                               };
                               std::thread a(submit);
                               std::thread b(submit);
                               pool.shutdown();
                               check(first.result() == 1, "the wrong result");
                               a.join();
                               b.join();
                             }}};

const Case caller_runs{{.name = "pool_bounded_caller_runs",
                        .promise = "when the queue is full the caller runs the task itself",
                        .budget = random_walks,
                        .outcomes = {"by the caller", "by the worker"},
                        .body = [] {
                          ThreadPoolExecutor pool(
                              {.max_workers = 1, .max_pending = 1, .on_full = OnFull::caller_runs});
                          const auto own = std::this_thread::get_id();
                          for (int i = 0; i < 3; ++i) {
                            auto future = pool.submit([own] {
                              const bool same = std::this_thread::get_id() == own;
                              saw(same ? "by the caller" : "by the worker");
                            });
                            if (i == 2) future.wait();
                          }
                        }}};

const Case reject{
    {.name = "pool_bounded_reject",
     .promise = "when the queue is full the submitter gets an error, and no task is lost",
     .budget = random_walks,
     .outcomes = {"run", "rejected"},
     .body = [] {
       int submitted = 0;
       int run = 0;
       {
         ThreadPoolExecutor pool({.max_workers = 1, .max_pending = 1, .on_full = OnFull::reject});
         for (int i = 0; i < 3; ++i) {
           try {
             (void)pool.submit([&run] { ++run; });
             ++submitted;
             saw("run");
           } catch (const fanout::QueueFull&) {
             saw("rejected");
           }
         }
       }
       check(run == submitted, "a task is lost");
     }}};

const Case nested{{.name = "pool_bounded_submit_from_a_task",
                   .promise = "a worker never waits for a place that it has to make itself",
                   .budget = random_walks,
                   .body = [] {
                     ThreadPoolExecutor pool({.max_workers = 1, .max_pending = 1});
                     auto outer = pool.submit([&pool] {
                       auto a = pool.submit([] { return 1; });
                       auto b = pool.submit([] { return 2; });
                       return a.result() + b.result();
                     });
                     check(outer.result() == 3, "the wrong result");
                   }}};

}  // namespace
