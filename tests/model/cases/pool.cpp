// SPDX-License-Identifier: MIT
// The whole pool: submitting, stealing, waiting inside tasks, shutting down.
#include <array>
#include <memory>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

#include "model.hpp"

namespace {

using fanout::Future;
using fanout::ThreadPoolExecutor;
using fanout::ThreadPoolOptions;
using model::Budget;
using model::Case;
using model::check;
using model::saw;

constexpr Budget random_walks{.exhaustive = false, .executions = 30'000};

const Case one_task{{.name = "pool_submit_against_shutdown",
                     .promise = "a task that was taken is run, although the pool shuts down",
                     .budget = random_walks,
                     .outcomes = {"run", "turned away"},
                     .body = [] {
                       ThreadPoolExecutor pool(1);
                       std::thread submitter([&pool] {
                         try {
                           check(pool.submit([] { return 7; }).result() == 7, "the wrong result");
                           saw("run");
                         } catch (const fanout::ShutdownError&) {
                           saw("turned away");
                         }
                       });
                       pool.shutdown();
                       submitter.join();
                     }}};

const Case last_worker{{.name = "pool_two_submits_against_shutdown_against_workers_leaving",
                        .promise = "no worker leaves while a task that was taken is queued",
                        .budget = random_walks,
                        .outcomes = {"0 run", "1 run", "2 run"},
                        .body = [] {
                          int run[2] = {};
                          {
                            ThreadPoolExecutor pool(2);
                            const auto submit = [&](int& mine) {
                              try {
                                auto future = pool.submit([&mine] { mine = 1; });
                                future.wait();
                                check(mine == 1, "taken and not run");
                              } catch (const fanout::ShutdownError&) {
                              }
                            };
                            std::thread first([&] { submit(run[0]); });
                            std::thread second([&] { submit(run[1]); });
                            pool.shutdown();
                            first.join();
                            second.join();
                          }
                          constexpr const char* texts[] = {"0 run", "1 run", "2 run"};
                          saw(texts[run[0] + run[1]]);
                        }}};

const Case cancelling{{.name = "pool_shutdown_with_cancel_against_workers",
                       .promise = "each queued task is run or cancelled when the pool is gone",
                       .budget = random_walks,
                       .outcomes = {"run", "cancelled"},
                       .body = [] {
                         std::vector<Future<int>> futures;
                         {
                           ThreadPoolExecutor pool(2);
                           for (int i = 0; i < 3; ++i) {
                             futures.push_back(pool.submit([i] { return i; }));
                           }
                           pool.shutdown({.wait = true, .cancel_futures = true});
                         }
                         int i = 0;
                         for (auto& future : futures) {
                           check(future.done(), "neither run nor cancelled");
                           if (!future.cancelled()) check(future.result() == i, "the wrong result");
                           saw(future.cancelled() ? "cancelled" : "run");
                           ++i;
                         }
                       }}};

const Case cancel_queued{{.name = "pool_cancel_against_worker_against_shutdown",
                          .promise = "who cancels may tell the pool as long as it lives",
                          .budget = random_walks,
                          .outcomes = {"run", "cancelled"},
                          .body = [] {
                            Future<int> future;
                            std::thread canceller;
                            {
                              ThreadPoolExecutor pool(1);
                              future = pool.submit([] { return 7; });
                              canceller = std::thread([copy = future] { copy.cancel(); });
                            }
                            check(future.done(), "the pool is gone and the task is not done");
                            canceller.join();
                            saw(future.cancelled() ? "cancelled" : "run");
                          }}};

const Case nested{{.name = "pool_nested_claim_against_thief",
                   .promise = "an awaited task is run by its waiter or by a thief, once",
                   .budget = random_walks,
                   .outcomes = {"by the waiter", "by the thief"},
                   .body = [] {
                     ThreadPoolExecutor pool(2);
                     int runs = 0;
                     auto outer = pool.submit([&] {
                       const auto own = std::this_thread::get_id();
                       auto inner = pool.submit([&runs] {
                         ++runs;
                         return std::this_thread::get_id();
                       });
                       saw(inner.result() == own ? "by the waiter" : "by the thief");
                     });
                     outer.result();
                     check(runs == 1, "not run once");
                   }}};

const Case blocking{{.name = "pool_task_that_blocks_on_another",
                     .promise = "no task waits in a queue while a worker sleeps",
                     .budget = random_walks,
                     .body = [] {
                       ThreadPoolExecutor pool(2);
                       fanout::Promise<void> done;
                       // The pool does not know of this wait, so it cannot help it.
                       auto waits = pool.submit([future = done.get_future()] { future.wait(); });
                       auto sets = pool.submit([&done] { done.set_value(); });
                       waits.wait();
                       sets.wait();
                     }}};

const Case blocking_nested{{.name = "pool_task_that_blocks_on_one_it_submitted",
                            .promise = "nor one that a task submitted",
                            .budget = random_walks,
                            .body = [] {
                              ThreadPoolExecutor pool(2);
                              auto outer = pool.submit([&pool] {
                                fanout::Promise<void> done;
                                auto inner = pool.submit([&done] { done.set_value(); });
                                done.get_future().wait();
                                inner.wait();
                              });
                              outer.wait();
                            }}};

const Case forks{{.name = "pool_fork_and_join",
                  .promise = "tasks that split and wait for their halves come to an end",
                  .budget = random_walks,
                  .body = [] {
                    struct Fib {
                      ThreadPoolExecutor& pool;
                      int operator()(int n) const {
                        if (n < 2) return n;
                        auto left = pool.submit(*this, n - 1);
                        const int right = (*this)(n - 2);
                        return left.result() + right;
                      }
                    };
                    ThreadPoolExecutor pool(2);
                    check(pool.submit(Fib{pool}, 3).result() == 2, "the wrong result");
                  }}};

const Case many{{.name = "pool_batches_against_thieves",
                 .promise = "tasks that were taken several at a time are all run, once",
                 .budget = random_walks,
                 .body = [] {
                   constexpr std::size_t count = 6;
                   std::array<int, count> runs{};
                   {
                     ThreadPoolExecutor pool(2);
                     for (int& mine : runs) (void)pool.submit([&mine] { ++mine; });
                   }
                   for (const int mine : runs) check(mine == 1, "not run once");
                 }}};

const Case value_uses_pool{
    {.name = "pool_result_that_uses_the_pool_when_destroyed",
     .promise = "the destructor of a result may use the pool, if it may wait",
     .budget = random_walks,
     .outcomes = {"submitted", "turned away"},
     .body = [] {
       struct Value {
         explicit Value(ThreadPoolExecutor& home) : pool(&home) {}
         Value(Value&& other) noexcept : pool(std::exchange(other.pool, nullptr)) {}
         ~Value() {
           if (pool == nullptr) return;
           try {
             (void)pool->submit([] {});
             saw("submitted");
           } catch (const fanout::ShutdownError&) {
             saw("turned away");
           }
         }
         ThreadPoolExecutor* pool;
       };
       ThreadPoolExecutor pool(2);
       (void)pool.submit([&pool] { return Value(pool); });
       pool.shutdown();
     }}};

const Case own_worker{{.name = "pool_destroyed_by_its_own_task",
                       .promise = "the last owner of an executor may be a task of it",
                       .budget = random_walks,
                       .body = [] {
                         auto pool = std::make_shared<ThreadPoolExecutor>(2);
                         auto& executor = *pool;
                         (void)executor.submit([pool] {});
                         (void)executor.submit([] {});
                         pool.reset();
                       }}};

const Case callback_shuts_down{{.name = "pool_callback_that_submits_against_shutdown",
                                .promise = "a callback may submit, or is told that it is too late",
                                .budget = random_walks,
                                .outcomes = {"submitted", "turned away"},
                                .body = [] {
                                  ThreadPoolExecutor pool(2);
                                  auto future = pool.submit([] { return 7; });
                                  future.add_done_callback([&pool](const auto& done) {
                                    try {
                                      auto next =
                                          pool.submit([value = done.result()] { return value; });
                                      saw("submitted");
                                    } catch (const fanout::ShutdownError&) {
                                      saw("turned away");
                                    }
                                  });
                                  pool.shutdown();
                                }}};

const Case broken{{.name = "pool_breaks_against_submit",
                   .promise = "a task of a pool that breaks fails, or is turned away",
                   .budget = random_walks,
                   .outcomes = {"failed", "turned away"},
                   .body = [] {
                     ThreadPoolExecutor pool({.max_workers = 2, .initializer = [] { throw 1; }});
                     for (int i = 0; i < 2; ++i) {
                       try {
                         auto future = pool.submit([] { return 7; });
                         check(future.exception() != nullptr, "it did not fail");
                         saw("failed");
                       } catch (const fanout::BrokenThreadPool&) {
                         saw("turned away");
                       }
                     }
                   }}};

const Case statistics{{.name = "pool_stats_against_tasks",
                       .promise = "no number of the statistics is ever too big",
                       .budget = random_walks,
                       .body = [] {
                         ThreadPoolExecutor pool(2);
                         std::thread reader([&pool] {
                           const auto stats = pool.stats();
                           check(stats.pending <= 2 && stats.running <= 2, "too big");
                           check(stats.completed <= 2 && stats.idle <= stats.workers, "too big");
                         });
                         auto first = pool.submit([] {});
                         auto second = pool.submit([] {});
                         first.wait();
                         check(pool.stats().completed >= 1, "done, and not counted");
                         second.wait();
                         reader.join();
                       }}};

const Case mapping{{.name = "pool_map_against_workers",
                    .promise = "map hands out the results in order, whoever finishes first",
                    .budget = random_walks,
                    .body = [] {
                      ThreadPoolExecutor pool(2);
                      const std::array<int, 3> input{1, 2, 3};
                      int expected = 0;
                      for (const int value : pool.map([](int i) { return i; }, input)) {
                        check(value == ++expected, "out of order");
                      }
                      check(expected == 3, "a result is missing");
                    }}};

const Case mapping_lazily{
    {.name = "pool_map_left_early_against_workers",
     .promise = "what was not read is cancelled or run, and nothing is lost",
     .budget = random_walks,
     .body = [] {
       ThreadPoolExecutor pool(2);
       const std::array<int, 4> input{1, 2, 3, 4};
       auto results = pool.map({.buffersize = 2, .ordered = false}, [](int i) { return i; }, input);
       for (const int value : results) {
         check(value >= 1 && value <= 2, "not one of the window");
         break;
       }
     }}};

}  // namespace
