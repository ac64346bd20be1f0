// SPDX-License-Identifier: MIT
// The queues of the pool: each task is handed out once, and everybody sees what it was given.
#include <array>
#include <initializer_list>
#include <thread>

#include "model.hpp"
#include "tasks.hpp"
#include "threads/batch.hpp"
#include "threads/deque.hpp"
#include "threads/injector.hpp"

namespace {

using fanout::detail::Batch;
using fanout::detail::Deque;
using fanout::detail::Injector;
using fanout::detail::State;
using model::Case;
using model::check;
using model::saw;

// Tasks that only stand in queues, with something to read for who takes them.
class Item final : public State {
 public:
  int cargo = 0;
  int taken = 0;

 protected:
  void invoke() override {}
  void discard() noexcept override {}
};

// Takes over what the pusher wrote, and leaves a mark; two takers would race.
int take(State* state) {
  if (state == nullptr) return 0;
  auto& item = static_cast<Item&>(*state);
  check(item.cargo == 42, "the cargo is missing");
  check(++item.taken == 1, "handed out twice");
  return 1;
}

template <std::size_t n>
int taken_of(const std::array<Item, n>& items) {
  int taken = 0;
  for (const Item& item : items) taken += item.taken;
  return taken;
}

// What the pusher writes just before is what the queue must hand over.
State* loaded(Item& item) {
  item.cargo = 42;
  return &item;
}

void push(Deque& deque, Item& item) { deque.push(loaded(item)); }

const Case last_element{{.name = "deque_last_element",
                         .promise = "owner and thief race for the last element, one gets it",
                         .budget = {.preemptions = 6, .surprises = 3},
                         .outcomes = {"the owner", "the thief"},
                         .body = [] {
                           Deque deque;
                           std::array<Item, 1> items;
                           push(deque, items[0]);
                           int stolen = 0;
                           std::thread thief([&] { stolen = take(deque.steal()); });
                           const int popped = take(deque.pop());
                           thief.join();
                           check(popped + stolen == 1, "lost, or handed out twice");
                           check(deque.looks_empty(), "something is left");
                           saw(popped == 1 ? "the owner" : "the thief");
                         }}};

const Case two_thieves{{.name = "deque_owner_and_two_thieves",
                        .promise = "each element goes to one of three",
                        .budget = {.preemptions = 3, .surprises = 2},
                        .outcomes = {"1 stolen", "2 stolen"},
                        .body = [] {
                          Deque deque;
                          std::array<Item, 3> items;
                          push(deque, items[0]);
                          push(deque, items[1]);
                          int a = 0;
                          int b = 0;
                          std::thread first([&] { a = take(deque.steal()); });
                          std::thread second([&] { b = take(deque.steal()); });
                          push(deque, items[2]);
                          take(deque.pop());
                          take(deque.pop());
                          first.join();
                          second.join();
                          while (State* const rest = deque.pop()) take(rest);
                          check(taken_of(items) == 3, "an element is lost");
                          constexpr const char* stolen[] = {"0 stolen", "1 stolen", "2 stolen"};
                          saw(stolen[a + b]);
                        }}};

const Case reuse{{.name = "deque_pop_push_against_thief",
                  .promise = "a thief that is slow does not get the element pushed in its place",
                  .budget = {.preemptions = 4, .surprises = 3},
                  .outcomes = {"the old one", "the new one", "none"},
                  .body = [] {
                    Deque deque;
                    std::array<Item, 2> items;
                    push(deque, items[0]);
                    State* stolen = nullptr;
                    std::thread thief([&] {
                      stolen = deque.steal();
                      take(stolen);
                    });
                    take(deque.pop());
                    push(deque, items[1]);
                    take(deque.pop());
                    thief.join();
                    check(taken_of(items) == 2, "an element is lost");
                    saw(stolen == nullptr ? "none"
                                          : (stolen == &items[0] ? "the old one" : "the new one"));
                  }}};

const Case growth{{.name = "deque_growth_against_two_thieves",
                   .promise = "growing loses no element, and a thief may read the old ring",
                   .budget = {.preemptions = 3, .surprises = 2},
                   .outcomes = {"1 stolen", "2 stolen"},
                   .body = [] {
                     Deque deque;
                     std::array<Item, 66> items;
                     for (std::size_t i = 0; i < 64; ++i) push(deque, items[i]);
                     int a = 0;
                     int b = 0;
                     std::thread first([&] { a = take(deque.steal()); });
                     std::thread second([&] { b = take(deque.steal()); });
                     push(deque, items[64]);
                     push(deque, items[65]);
                     take(deque.pop());
                     first.join();
                     second.join();
                     while (State* const rest = deque.pop()) take(rest);
                     check(taken_of(items) == 66, "an element is lost");
                     constexpr const char* stolen[] = {"0 stolen", "1 stolen", "2 stolen"};
                     saw(stolen[a + b]);
                   }}};

const Case batch{{.name = "batch_against_two_thieves",
                  .promise = "what a worker took ahead goes to one of three, in order",
                  .budget = {.preemptions = 3, .surprises = 2},
                  .outcomes = {"0 stolen", "1 stolen", "2 stolen"},
                  .body = [] {
                    Batch tasks;
                    std::array<Item, 3> items;
                    int a = 0;
                    int b = 0;
                    std::thread first([&] { a = take(tasks.take()); });
                    std::thread second([&] { b = take(tasks.take()); });
                    const std::array<State*, 2> two{loaded(items[0]), loaded(items[1])};
                    tasks.refill(two.data(), 2);
                    bool second_taken = false;
                    while (State* const task = tasks.take()) {
                      check(task != &items[0] || !second_taken, "the second came first");
                      second_taken = task == &items[1];
                      take(task);
                    }
                    State* const third = loaded(items[2]);
                    tasks.refill(&third, 1);
                    take(tasks.take());
                    first.join();
                    second.join();
                    check(taken_of(items) == 3, "a task is lost");
                    constexpr const char* stolen[] = {"0 stolen", "1 stolen", "2 stolen"};
                    saw(stolen[a + b]);
                  }}};

const Case refilled{
    {.name = "batch_refill_against_slow_thief",
     .promise = "a thief that slept through a refill takes nothing old",
     .budget = {.preemptions = 4, .surprises = 2},
     .outcomes = {"the old one", "the new one", "none"},
     .body = [] {
       Batch tasks;
       std::array<Item, 2> items;
       const auto refill = [&tasks](Item& item) {
         State* const task = loaded(item);
         tasks.refill(&task, 1);
       };
       refill(items[0]);
       State* stolen = nullptr;
       std::thread thief([&] {
         stolen = tasks.take();
         take(stolen);
       });
       take(tasks.take());
       refill(items[1]);
       take(tasks.take());
       thief.join();
       check(taken_of(items) == 2, "a task is lost");
       saw(stolen == nullptr ? "none" : (stolen == &items[0] ? "the old one" : "the new one"));
     }}};

const Case wrapped{{.name = "batch_wrap_against_slow_thief",
                    .promise = "nor when its slot was filled again",
                    .budget = {.executions = 300'000, .preemptions = 2, .surprises = 2},
                    .outcomes = {"stolen", "not stolen"},
                    .body = [] {
                      Batch tasks;
                      std::array<Item, 1 + Batch::capacity> items;
                      std::array<State*, Batch::capacity> states;
                      states[0] = loaded(items[0]);
                      tasks.refill(states.data(), 1);
                      std::thread thief([&] { take(tasks.take()); });
                      const int own = take(tasks.take());
                      for (std::size_t i = 0; i < states.size(); ++i) {
                        states[i] = loaded(items[1 + i]);
                      }
                      tasks.refill(states.data(), Batch::capacity);
                      thief.join();
                      while (State* const task = tasks.take()) take(task);
                      check(taken_of(items) == 1 + static_cast<int>(Batch::capacity),
                            "one is lost");
                      saw(own == 0 ? "stolen" : "not stolen");
                    }}};

const Case injector{{.name = "injector_two_submitters_and_a_taker",
                     .promise = "each task comes out once, those of one submitter in order",
                     .budget = {.preemptions = 3, .surprises = 2},
                     .outcomes = {"while they submit", "afterwards"},
                     .body = [] {
                       Injector queue;
                       std::array<Item, 3> items;
                       std::thread first([&] {
                         check(queue.push(loaded(items[0])), "not pushed");
                         check(queue.push(loaded(items[1])), "not pushed");
                       });
                       std::thread second(
                           [&] { check(queue.push(loaded(items[2])), "not pushed"); });
                       const auto take_some = [&] {
                         std::array<State*, 2> tasks{};
                         const std::size_t count = queue.take(tasks.data(), 2);
                         for (std::size_t i = 0; i < count; ++i) {
                           check(tasks[i] != &items[1] || items[0].taken == 1, "out of order");
                           take(tasks[i]);
                         }
                         return count > 0;
                       };
                       saw(take_some() ? "while they submit" : "afterwards");
                       first.join();
                       second.join();
                       while (take_some()) {
                       }
                       check(queue.empty(), "something is left");
                       check(taken_of(items) == 3, "a task is lost");
                     }}};

const Case two_takers{{.name = "injector_two_takers_and_a_submitter",
                       .promise = "the last task is taken once while another comes",
                       .budget = {.preemptions = 3, .surprises = 2},
                       .outcomes = {"both", "one", "none"},
                       .body = [] {
                         Injector queue;
                         std::array<Item, 2> items;
                         check(queue.push(loaded(items[0])), "not pushed");
                         int taken[2] = {};
                         const auto take_one = [&](int& mine) {
                           State* task = nullptr;
                           if (queue.take(&task, 1) == 1) mine = take(task);
                         };
                         std::thread submitter(
                             [&] { check(queue.push(loaded(items[1])), "not pushed"); });
                         std::thread taker([&] { take_one(taken[1]); });
                         take_one(taken[0]);
                         submitter.join();
                         taker.join();
                         const int early = taken[0] + taken[1];
                         int rest = 0;
                         take_one(rest);
                         if (early < 2) check(rest == 1, "a task is lost");
                         check(queue.empty() == (taken_of(items) == 2), "empty() is wrong");
                         saw(early == 2 ? "both" : (early == 1 ? "one" : "none"));
                       }}};

const Case closing{
    {.name = "injector_close_against_submit",
     .promise = "a push after closing fails, one before it is seen by who saw it closed",
     .budget = {.preemptions = 5, .surprises = 3},
     .outcomes = {"pushed", "turned away"},
     .body = [] {
       Injector queue;
       Item item;
       bool pushed = false;
       std::thread submitter([&] { pushed = queue.push(loaded(item)); });
       queue.close();
       check(queue.closed(), "it is not closed");
       const bool empty = queue.empty();
       submitter.join();
       check(pushed != empty, "it was empty, and then something came");
       State* task = nullptr;
       while (pushed && queue.take(&task, 1) == 0) {
       }
       take(task);
       saw(pushed ? "pushed" : "turned away");
     }}};

}  // namespace
