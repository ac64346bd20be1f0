// SPDX-License-Identifier: MIT
// Tasks that wait for tasks: a circle is found by the wait that closes it.
#include <array>
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

// Task i waits for the next one of the circle. Whoever is told about the circle fails; the others
// then get that failure, and none waits for ever.
template <std::size_t size>
void close_circle() {
  static std::array<Future<int>, size> tasks;
  int found = 0;
  const auto wait_for = [&found](std::size_t next) {
    try {
      return tasks[next].result();
    } catch (const fanout::DeadlockError&) {
      __atomic_fetch_add(&found, 1, __ATOMIC_RELAXED);
      return 0;
    }
  };
  for (std::size_t i = 0; i < size; ++i) {
    tasks[i] = make_task([wait_for, i] { return wait_for((i + 1) % size); });
  }
  std::array<std::thread, size> threads;
  for (std::size_t i = 1; i < size; ++i) {
    threads[i] = std::thread([i] { start_and_run(state_of(tasks[i])); });
  }
  start_and_run(state_of(tasks[0]));
  for (std::size_t i = 1; i < size; ++i) threads[i].join();
  check(found == 1, "the circle was not found once");
  for (auto& task : tasks) task = {};
}

const Case two{{.name = "two_waits_that_close_a_circle",
                .promise = "of two tasks that wait for each other one gets DeadlockError",
                .budget = {.executions = 300'000, .preemptions = 3, .surprises = 1},
                .body = &close_circle<2>}};

const Case three{{.name = "three_waits_that_close_a_circle",
                  .promise = "of three tasks that wait in a circle one gets DeadlockError",
                  .budget = {.executions = 300'000, .preemptions = 2, .surprises = 0},
                  .body = &close_circle<3>}};

const Case no_circle{{.name = "waits_that_close_no_circle",
                      .promise = "a chain of waits is no circle, however they overlap",
                      .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                      .body = [] {
                        const Future<int> last = make_task([] { return 7; });
                        const Future<int> middle = make_task([&] { return last.result(); });
                        const Future<int> first = make_task([&] { return middle.result(); });
                        std::thread a([&] { start_and_run(state_of(first)); });
                        std::thread b([&] { start_and_run(state_of(middle)); });
                        start_and_run(state_of(last));
                        a.join();
                        b.join();
                        check(first.result() == 7, "the wrong result");
                      }}};

const Case in_pool{{.name = "pool_tasks_that_close_a_circle",
                    .promise = "a circle of tasks of a pool is found, wherever they run",
                    .budget = {.exhaustive = false, .executions = 20'000},
                    .outcomes = {"found"},
                    .body = [] {
                      fanout::ThreadPoolExecutor pool(2);
                      fanout::Promise<int> unblock;
                      Future<int> a;
                      Future<int> b;
                      const auto ready = unblock.get_future();
                      a = pool.submit([&, ready] { return ready.result() + b.result(); });
                      b = pool.submit([&, ready] { return ready.result() + a.result(); });
                      unblock.set_value(1);
                      int failures = 0;
                      for (const auto& task : {a, b}) {
                        if (task.exception() != nullptr) ++failures;
                      }
                      check(failures == 2, "the circle was not found");
                      saw("found");
                    }}};

}  // namespace
