// SPDX-License-Identifier: MIT
// The system refuses to start a thread: a pool goes on with those it has, or submit says so.
#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

#include "contract/tasks.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"

namespace {

// How many more threads the system is willing to start; negative: any number.
std::atomic<int> threads_left{-1};

class FewThreads {
 public:
  explicit FewThreads(int count) { threads_left = count; }
  ~FewThreads() { threads_left = -1; }
  FewThreads(const FewThreads&) = delete;
  FewThreads& operator=(const FewThreads&) = delete;
};

}  // namespace

// Found before the system's own, which it calls unless there are to be no more threads.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  int left = threads_left;
  while (left >= 0) {
    if (left == 0) {
      return EAGAIN;
    }
    if (threads_left.compare_exchange_weak(left, left - 1)) {
      break;
    }
  }
  return create(thread, attributes, start, argument);
}

namespace fanout::test {
namespace {

using Futures = std::vector<Future<int>>;

// conformance: 202
TEST(ThreadStart, that_fails_for_some_workers_leaves_the_others_to_run_everything) {
  const FewThreads few(2);
  ThreadPoolExecutor executor(10);
  Futures futures;
  for (int i = 0; i < 100; ++i) {
    futures.push_back(executor.submit(square, i));
  }
  for (std::size_t i = 0; i < futures.size(); ++i) {
    EXPECT_EQ(futures[i].result(), static_cast<int>(i * i));
  }
  EXPECT_LE(executor.stats().workers, 2);
}

// conformance: 202
TEST(ThreadStart, that_fails_while_all_workers_are_busy_queues_the_task_for_them) {
  ThreadPoolExecutor executor(4);
  Door door;
  const auto standing = occupy(executor, door, 1);
  const FewThreads none(0);
  const Future<int> queued = executor.submit(square, 3);
  check_pending(queued);
  door.open();
  EXPECT_EQ(queued.result(), 9);
}

// conformance: 202, 203
TEST(ThreadStart, that_fails_for_the_first_worker_makes_submit_throw_and_queues_nothing) {
  ThreadPoolExecutor executor(4);
  const auto token = std::make_shared<int>(1);
  bool ran = false;
  {
    const FewThreads none(0);
    thrown<std::system_error>([&] { (void)executor.submit([token, &ran] { ran = true; }); });
    EXPECT_EQ(executor.stats().pending, 0U);
  }
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(executor.submit(square, 4).result(), 16);  // usable again, now that there are threads
  executor.shutdown();
  EXPECT_FALSE(ran);
}

// conformance: 203
TEST(ThreadStart, that_fails_lets_the_pool_be_dropped) {
  const FewThreads none(0);
  ThreadPoolExecutor executor(4);
  thrown<std::system_error>([&] { (void)executor.submit(square, 4); });
  thrown<std::system_error>([&] { executor.map(square, numbers(3)); });
}

}  // namespace
}  // namespace fanout::test
