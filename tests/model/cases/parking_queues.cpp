// SPDX-License-Identifier: MIT
// Each queue of the pool against a worker that goes to sleep: the one makes a task available and
// looks for sleepers, the other announces its sleep and looks for tasks. One of them sees the other.
#include <thread>

#include "model.hpp"
#include "tasks.hpp"
#include "threads/batch.hpp"
#include "threads/deque.hpp"
#include "threads/injector.hpp"
#include "threads/parking.hpp"

namespace {

using fanout::detail::Batch;
using fanout::detail::Deque;
using fanout::detail::Injector;
using fanout::detail::Parking;
using fanout::detail::Sleeper;
using fanout::detail::State;
using model::Budget;
using model::Case;
using model::check;
using model::make_task;
using model::state_of;

constexpr Budget budget{.preemptions = 4, .surprises = 3};

// As a worker looks for its next task and parks. A task that it sees and cannot take is about to be
// linked by who pushes it.
template <class Take, class HasWork>
void take_or_sleep(Parking& parking, Take take, HasWork has_work) {
  Sleeper sleeper;
  parking.start_searching();
  while (!take()) {
    if (has_work()) {
      std::this_thread::yield();
    } else {
      parking.sleep(sleeper, has_work);
    }
  }
  (void)parking.found_work();
}

const Case injector{{.name = "injector_push_against_parking",
                     .promise = "a task from outside is seen by the worker, or wakes it",
                     .budget = budget,
                     .body = [] {
                       const auto future = make_task([] { return 7; });
                       Injector queue;
                       Parking parking;
                       std::thread worker([&] {
                         State* task = nullptr;
                         take_or_sleep(
                             parking, [&] { return queue.take(&task, 1) == 1; },
                             [&] { return !queue.empty(); });
                       });
                       check(queue.push(&state_of(future)), "not pushed");
                       parking.work_added();
                       worker.join();
                       state_of(future).cancel();
                     }}};

const Case deque{{.name = "deque_push_against_parking",
                  .promise = "a task that a task submitted is seen by a thief, or wakes it",
                  .budget = budget,
                  .body = [] {
                    const auto future = make_task([] { return 7; });
                    Deque queue;
                    Parking parking;
                    std::thread worker([&] {
                      take_or_sleep(
                          parking, [&] { return queue.steal() != nullptr; },
                          [&] { return !queue.looks_empty(); });
                    });
                    queue.push(&state_of(future));
                    parking.work_added();
                    worker.join();
                    state_of(future).cancel();
                  }}};

const Case batch{{.name = "batch_refill_against_parking",
                  .promise = "a task that a worker took ahead is seen by another, or wakes it",
                  .budget = budget,
                  .body = [] {
                    const auto future = make_task([] { return 7; });
                    Batch queue;
                    Parking parking;
                    std::thread worker([&] {
                      take_or_sleep(
                          parking, [&] { return queue.take() != nullptr; },
                          [&] { return !queue.empty(); });
                    });
                    State* const task = &state_of(future);
                    queue.refill(&task, 1);
                    parking.work_added();
                    worker.join();
                    state_of(future).cancel();
                  }}};

// closed() alone would not do: it need not see the latest value, but empty() does, of the same word.
const Case close{{.name = "injector_close_against_parking",
                  .promise = "a worker sees that the pool is closed, or is woken",
                  .budget = budget,
                  .body = [] {
                    Injector queue;
                    Parking parking;
                    std::thread worker([&] {
                      Sleeper sleeper;
                      parking.start_searching();
                      while (!queue.closed()) {
                        parking.sleep(sleeper, [&] { return !queue.empty() || queue.closed(); });
                      }
                      parking.stop_searching();
                    });
                    queue.close();
                    parking.wake_all();
                    worker.join();
                  }}};

}  // namespace
