// SPDX-License-Identifier: MIT
// Parking and the gate: no wake-up is lost. A worker that sleeps for ever is found as a deadlock.
#include "threads/parking.hpp"

#include <atomic>
#include <thread>

#include "model.hpp"

namespace {

using fanout::detail::Atomic;
using fanout::detail::Deadline;
using fanout::detail::Gate;
using fanout::detail::Parking;
using fanout::detail::Sleeper;
using model::Case;
using model::check;
using model::saw;

// A queue of tasks that are only counted, as sequentially consistent as the pool's.
class Queue {
 public:
  void push() { tasks_.fetch_add(1, std::memory_order_seq_cst); }
  bool empty() const { return tasks_.load(std::memory_order_seq_cst) == 0; }
  bool take() {
    int tasks = tasks_.load(std::memory_order_relaxed);
    while (tasks > 0) {
      if (tasks_.compare_exchange_strong(tasks, tasks - 1, std::memory_order_seq_cst)) return true;
    }
    return false;
  }
  void close() { closed_.store(true, std::memory_order_seq_cst); }
  bool closed() const { return closed_.load(std::memory_order_seq_cst); }

 private:
  Atomic<int> tasks_{0};
  Atomic<bool> closed_{false};
};

// The life of a worker, as Worker::main has it.
int work(Queue& queue, Parking& parking) {
  Sleeper sleeper;
  int done = 0;
  bool searching = false;
  for (;;) {
    if (queue.take()) {
      if (searching) {
        searching = false;
        if (parking.found_work() && !queue.empty()) parking.wake_one();
      }
      ++done;
    } else if (!searching) {
      parking.start_searching();
      searching = true;
    } else {
      if (queue.closed() && queue.empty()) break;
      parking.sleep(sleeper, [&queue] { return !queue.empty() || queue.closed(); });
    }
  }
  parking.stop_searching();
  return done;
}

void submit(Queue& queue, Parking& parking) {
  queue.push();
  parking.work_added();
}

void close(Queue& queue, Parking& parking) {
  queue.close();
  parking.wake_all();
}

// Workers that are not told to leave must run what was submitted, or a task waits for ever.
void wait_until_done(const Atomic<int>& done, int wanted) {
  while (done.load(std::memory_order_relaxed) < wanted) std::this_thread::yield();
}

const Case one_worker{{.name = "submit_against_parking",
                       .promise = "a task that comes while the worker goes to sleep is run",
                       .budget = {.preemptions = 4, .surprises = 2},
                       .body = [] {
                         Queue queue;
                         Parking parking;
                         int done = 0;
                         std::thread worker([&] { done = work(queue, parking); });
                         submit(queue, parking);
                         close(queue, parking);
                         worker.join();
                         check(done == 1, "a task is lost");
                       }}};

const Case no_close{{.name = "submit_against_parking_without_shutdown",
                     .promise = "a submitted task is run although nobody closes the pool",
                     .budget = {.preemptions = 3, .surprises = 2},
                     .body = [] {
                       Queue queue;
                       Parking parking;
                       Atomic<int> done{0};
                       std::thread worker([&] {
                         Sleeper sleeper;
                         parking.start_searching();
                         while (!queue.take()) {
                           parking.sleep(sleeper, [&queue] { return !queue.empty(); });
                         }
                         (void)parking.found_work();
                         done.fetch_add(1, std::memory_order_relaxed);
                       });
                       submit(queue, parking);
                       wait_until_done(done, 1);
                       worker.join();
                     }}};

const Case two_workers{{.name = "two_submits_against_two_parking_workers",
                        .promise = "a searcher that finds work hands the search on",
                        .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                        .outcomes = {"each one task", "one both"},
                        .body = [] {
                          Queue queue;
                          Parking parking;
                          Atomic<int> started{0};
                          int done[2] = {};
                          // A task that ends when both have started: each worker must get one.
                          const auto run_one = [&](int& mine) {
                            Sleeper sleeper;
                            parking.start_searching();
                            while (!queue.take()) {
                              parking.sleep(sleeper, [&queue] { return !queue.empty(); });
                            }
                            if (parking.found_work() && !queue.empty()) parking.wake_one();
                            mine = started.fetch_add(1, std::memory_order_relaxed) + 1;
                          };
                          std::thread first([&] { run_one(done[0]); });
                          std::thread second([&] { run_one(done[1]); });
                          submit(queue, parking);
                          submit(queue, parking);
                          first.join();
                          second.join();
                          saw(done[0] == 1 ? "each one task" : "one both");
                        }}};

const Case closing{{.name = "close_against_two_parking_workers",
                    .promise = "everybody wakes up when the pool closes",
                    .budget = {.executions = 300'000, .preemptions = 2, .surprises = 1},
                    .body = [] {
                      Queue queue;
                      Parking parking;
                      std::thread first([&] { work(queue, parking); });
                      std::thread second([&] { work(queue, parking); });
                      close(queue, parking);
                      first.join();
                      second.join();
                    }}};

const Case gate{{.name = "gate_open_against_wait",
                 .promise = "a gate that is opened lets its thread through, and may go then",
                 .budget = {.preemptions = 6, .surprises = 3},
                 .body = [] {
                   int message = 0;
                   auto* const door = new Gate;
                   std::thread opener([&message, door] {
                     message = 42;
                     door->open();
                   });
                   door->wait();
                   delete door;
                   check(message == 42, "what was written before open() is not there");
                   opener.join();
                 }}};

const Case timed_gate{{.name = "gate_open_against_timed_wait",
                       .promise = "a wait that runs out of time says so, and the gate still opens",
                       .budget = {.preemptions = 6, .surprises = 3},
                       .outcomes = {"open", "too late"},
                       .body = [] {
                         int message = 0;
                         Gate door;
                         std::thread opener([&] {
                           message = 42;
                           door.open();
                         });
                         const bool open = door.wait_until(Deadline::after_seconds(1));
                         if (!open) door.wait();
                         check(message == 42, "what was written before open() is not there");
                         saw(open ? "open" : "too late");
                         opener.join();
                       }}};

}  // namespace
