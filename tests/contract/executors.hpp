// SPDX-License-Identifier: MIT
// The executors that the contract tests run on. A new kind joins by one line below, a new class by a
// kinds_of() and its name in the macros.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/fanout.hpp>

namespace fanout::test {

// A kind of executor says how to make one with n workers, or with as many as it has by default.
template <class Executor>
struct Kind {
  std::string name;
  int workers;
  std::function<std::unique_ptr<Executor>(int workers)> make;
};

// The tasks of threads share memory with the test. Some have a bound, wide enough for the tests to
// queue what they need; only floods meet it.
inline const std::vector<Kind<ThreadPoolExecutor>>& kinds_of(const ThreadPoolExecutor*) {
  const auto with = [](OnFull policy) {
    return [policy](int workers) {
      return std::make_unique<ThreadPoolExecutor>(
          ThreadPoolOptions{.max_workers = workers, .max_pending = 256, .on_full = policy});
    };
  };
  const auto plain = [](int workers) { return std::make_unique<ThreadPoolExecutor>(workers); };
  static const std::vector<Kind<ThreadPoolExecutor>> kinds{
      {"ThreadPool1", 1, plain},
      {"ThreadPool4", 4, plain},
      {"BoundedThreadPoolBlock", 2, with(OnFull::block)},
      {"BoundedThreadPoolCallerRuns", 2, with(OnFull::caller_runs)}};
  return kinds;
}

// Tasks of processes share no memory with the test, and reach it through files, doors and results.
inline const std::vector<Kind<ProcessPoolExecutor>>& kinds_of(const ProcessPoolExecutor*) {
  const auto with = [](StartMethod method) {
    return [method](int workers) {
      return std::make_unique<ProcessPoolExecutor>(
          ProcessPoolOptions{.max_workers = workers, .start_method = method});
    };
  };
  static const std::vector<Kind<ProcessPoolExecutor>> kinds{
      {"ProcessPool2", 2, with(StartMethod::spawn)},
      {"ForkedProcessPool2", 2, with(StartMethod::forkserver)}};
  return kinds;
}

// `TypeParam` in the body of a test: it makes executors of the kind that the test runs on. The body
// is compiled for each class of executors, and runs once for each kind.
template <class Executor_>
struct On {
  using Executor = Executor_;

  static std::unique_ptr<Executor> make() { return make(now->workers); }
  static std::unique_ptr<Executor> make(int workers) { return now->make(workers); }

  static inline const Kind<Executor>* now = nullptr;
};

// Tells GoogleTest of a test, once for each kind of executor of each class.
template <template <class> class Test, class... Executors>
bool register_on(const char* suite, const char* name, const char* file, int line) {
  const auto register_on_kinds_of = [&]<class Executor>(const Executor* executor) {
    for (const Kind<Executor>& kind : kinds_of(executor)) {
      const std::string full_suite = std::string(suite) + "/" + kind.name;
      ::testing::RegisterTest(full_suite.c_str(), name, nullptr, nullptr, file, line,
                              [&kind]() -> ::testing::Test* {
                                On<Executor>::now = &kind;
                                return new Test<On<Executor>>;
                              });
    }
  };
  (register_on_kinds_of(static_cast<const Executors*>(nullptr)), ...);
  return true;
}

// EXECUTOR_TEST(Suite, name) { ... } is a test on every executor, IN_PROCESS_TEST one on those whose
// tasks share memory with it, for tests that look inside. GoogleTest's typed tests would compile the
// body for each kind, which takes three times as long to build.
#define EXECUTOR_TEST(suite, name) \
  FANOUT_TEST_ON(suite, name, ::fanout::ThreadPoolExecutor, ::fanout::ProcessPoolExecutor)
#define IN_PROCESS_TEST(suite, name) FANOUT_TEST_ON(suite, name, ::fanout::ThreadPoolExecutor)

#define FANOUT_TEST_ON(suite, name, ...)                                                           \
  template <class TypeParam>                                                                       \
  class suite##_##name : public ::testing::Test {                                                  \
    void TestBody() override;                                                                      \
  };                                                                                               \
  [[maybe_unused]] const bool suite##_##name##_is_registered =                                     \
      ::fanout::test::register_on<suite##_##name, __VA_ARGS__>(#suite, #name, __FILE__, __LINE__); \
  template <class TypeParam>                                                                       \
  void suite##_##name<TypeParam>::TestBody()

}  // namespace fanout::test
