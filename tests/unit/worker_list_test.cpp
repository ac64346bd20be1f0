// SPDX-License-Identifier: MIT
// The list of workers: grows while others read it, and no element ever moves.
#include "threads/worker_list.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace fanout::test {
namespace {

// Stands for a worker: knows its place, and counts how many of it there are.
struct Counted {
  Counted(std::size_t place, int& living) : place(place), living(living) { ++living; }
  ~Counted() { --living; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  const std::size_t place;
  int& living;
};

using List = detail::WorkerList<Counted>;

void add(List& list, int& living) {
  list.make_room();
  list.add(std::make_unique<Counted>(list.size(), living));
}

TEST(WorkerList, is_empty_at_first) { EXPECT_EQ(List().size(), 0u); }

TEST(WorkerList, room_is_not_an_element) {
  List list;
  list.make_room();
  list.make_room();
  EXPECT_EQ(list.size(), 0u);
}

TEST(WorkerList, keeps_the_order_and_the_places_of_its_elements) {
  int living = 0;
  {
    List list;
    std::vector<const Counted*> addresses;
    for (std::size_t i = 0; i < 300; ++i) {
      add(list, living);
      ASSERT_EQ(list.size(), i + 1);
      addresses.push_back(&list[i]);
      for (std::size_t n = 0; n <= i; ++n) {
        ASSERT_EQ(&list[n], addresses[n]);
        ASSERT_EQ(list[n].place, n);
      }
    }
    EXPECT_EQ(living, 300);
  }
  EXPECT_EQ(living, 0) << "it owns its elements";
}

TEST(WorkerList, may_be_read_while_it_grows) {
  for (int round = 0; round < 20; ++round) {
    int living = 0;
    List list;
    std::atomic<int> reading{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
      readers.emplace_back([&] {
        ++reading;
        for (std::size_t size = 0; size < 200;) {
          const std::size_t now = list.size();
          EXPECT_GE(now, size);
          size = now;
          for (std::size_t n = 0; n < size; ++n) EXPECT_EQ(list[n].place, n);
        }
      });
    }
    while (reading != 2) std::this_thread::yield();
    for (std::size_t i = 0; i < 200; ++i) add(list, living);
    for (std::thread& reader : readers) reader.join();
  }
}

}  // namespace
}  // namespace fanout::test
