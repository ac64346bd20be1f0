// SPDX-License-Identifier: MIT
// The hook for exceptions that reach nobody, and the errors that templates throw.
#include <cstdio>
#include <memory>
#include <string>

#include <fanout/errors.hpp>
#include <fanout/promise.hpp>

#include "demangle.hpp"
#include "make_error.hpp"
#include "mutex.hpp"

namespace fanout {
namespace detail {
namespace {

using Hook = std::function<void(std::exception_ptr, std::string_view)>;

struct SharedHook {
  Mutex mutex;
  std::shared_ptr<const Hook> hook FANOUT_GUARDED_BY(mutex);
};

// Never destroyed: detached threads may still report when static objects go.
SharedHook& shared_hook() {
  static SharedHook& instance = *new SharedHook;
  return instance;
}

std::string describe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return demangled(typeid(exception)) + ": " + exception.what();
  } catch (...) {
    return "an exception of a type not derived from std::exception";
  }
}

void print(const std::exception_ptr& error, std::string_view where) {
  const std::string line =
      "fanout: unhandled exception in " + std::string(where) + ": " + describe(error) + "\n";
  std::fputs(line.c_str(), stderr);
}

}  // namespace

void report_unhandled(std::exception_ptr error, std::string_view where) noexcept {
  try {
    std::shared_ptr<const Hook> hook;
    {
      const Lock lock(shared_hook().mutex);
      hook = shared_hook().hook;
    }
    if (hook != nullptr) {
      (*hook)(error, where);
    } else {
      print(error, where);
    }
  } catch (...) {
    std::fputs("fanout: the hook for unhandled exceptions threw an exception\n", stderr);
  }
}

void throw_no_state() {
  throw InvalidStateError("this future is empty: it was default-constructed or moved from");
}

void throw_already_set(const State& state) {
  switch (state.status()) {
    case Status::cancelled:
      throw InvalidStateError("the promise cannot be set: its future was cancelled");
    case Status::running:
      throw InvalidStateError("the promise is running already, or is being set by another thread");
    case Status::pending:
    case Status::finished:
      break;
  }
  throw InvalidStateError("the promise was set before: its future is finished");
}

void throw_null_exception() {
  throw std::invalid_argument("Promise::set_exception: the exception pointer is null");
}

std::exception_ptr broken_promise() noexcept {
  return make_error(
      [] { return BrokenPromise("the promise was destroyed without giving an outcome"); });
}

}  // namespace detail

struct WorkerDied::Texts {
  std::string task;
  std::string last_lines;
};

WorkerDied::WorkerDied(const std::string& text, int pid, int exit_code, int signal,
                       std::string task, std::string last_lines)
    : Error(text),
      pid_(pid),
      exit_code_(exit_code),
      signal_(signal),
      texts_(std::make_shared<const Texts>(Texts{std::move(task), std::move(last_lines)})) {}

const std::string& WorkerDied::task() const noexcept { return texts_->task; }
const std::string& WorkerDied::last_lines() const noexcept { return texts_->last_lines; }

void on_unhandled_exception(
    std::function<void(std::exception_ptr error, std::string_view where)> hook) {
  std::shared_ptr<const detail::Hook> shared;
  if (hook) shared = std::make_shared<const detail::Hook>(std::move(hook));
  {
    const detail::Lock lock(detail::shared_hook().mutex);
    detail::shared_hook().hook.swap(shared);
  }  // the old hook is destroyed outside of the lock
}

}  // namespace fanout
