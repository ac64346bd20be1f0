// SPDX-License-Identifier: MIT
// The executors that every contract test runs on. A new one joins by one line in `Executors`.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

namespace fanout::test {

// A kind of executor says how to make one with n workers, and what it can do:
//
//   Executor    its class
//   workers     how many workers make() gives it by default
//   in_process  do its tasks share memory with the test?
//   name        for the name of the test

template <int Workers>
struct Threads {
  using Executor = ThreadPoolExecutor;
  static constexpr int workers = Workers;
  static constexpr bool in_process = true;
  static std::string name() { return "ThreadPool" + std::to_string(workers); }
  static std::unique_ptr<Executor> make(int count = Workers) {
    return std::make_unique<Executor>(count);
  }
};

// A bound wide enough for the tests to queue what they need; only floods meet it.
template <OnFull Policy>
struct BoundedThreads {
  using Executor = ThreadPoolExecutor;
  static constexpr int workers = 2;
  static constexpr bool in_process = true;
  static std::string name() {
    return Policy == OnFull::block ? "BoundedThreadPoolBlock" : "BoundedThreadPoolCallerRuns";
  }
  static std::unique_ptr<Executor> make(int count = workers) {
    return std::make_unique<Executor>(
        ThreadPoolOptions{.max_workers = count, .max_pending = 256, .on_full = Policy});
  }
};

// Tasks of processes share no memory with the test, and reach it through files, doors and results.
template <int Workers, StartMethod Method>
struct Processes {
  using Executor = ProcessPoolExecutor;
  static constexpr int workers = Workers;
  static constexpr bool in_process = false;
  static std::string name() {
    return (Method == StartMethod::spawn ? "ProcessPool" : "ForkedProcessPool") +
           std::to_string(Workers);
  }
  static std::unique_ptr<Executor> make(int count = Workers) {
    return std::make_unique<Executor>(
        ProcessPoolOptions{.max_workers = count, .start_method = Method});
  }
};

using Executors = ::testing::Types<       //
    Threads<1>,                           //
    Threads<4>,                           //
    BoundedThreads<OnFull::block>,        //
    BoundedThreads<OnFull::caller_runs>,  //
    Processes<2, StartMethod::spawn>,     //
    Processes<2, StartMethod::forkserver>>;

// Those of them whose tasks share memory with the test, for tests that look inside.
template <class Types>
struct OnlyInProcess;
template <class... Kinds>
struct OnlyInProcess<::testing::Types<Kinds...>> {
  template <class... Kept>
  static ::testing::Types<Kept...> listed(std::tuple<Kept...>);
  using type = decltype(listed(
      std::tuple_cat(std::conditional_t<Kinds::in_process, std::tuple<Kinds>, std::tuple<>>{}...)));
};
using InProcessExecutors = typename OnlyInProcess<Executors>::type;

struct ExecutorNames {
  template <class Kind>
  static std::string GetName(int) {
    return Kind::name();
  }
};

// Test suites over a list of executors derive from this.
template <class Kind>
class OnExecutor : public ::testing::Test {};

}  // namespace fanout::test
