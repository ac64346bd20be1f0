// SPDX-License-Identifier: MIT
// Everything that fanout throws, and what happens to exceptions that nobody looks at.
#pragma once

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fanout/detail/function.hpp>

namespace fanout {

// The base of all exceptions that fanout itself throws, bad arguments aside: those are
// std::invalid_argument, thrown by the call that brings them.
//
//   try { page = future.result(); }
//   catch (const fanout::CancelledError&) { ... }
//   catch (const fanout::Error& error) { std::cerr << error.what() << '\n'; }
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The result was asked of a future that had been cancelled.
class CancelledError : public Error {
 public:
  using Error::Error;
};

// A wait ran out of time; the future is unchanged. Python's class of the same name also stands for
// a task that overran its own limit; here that is TaskTimeoutError.
class TimeoutError : public Error {
 public:
  using Error::Error;
};

// A task ran longer than its TaskOptions::timeout.
class TaskTimeoutError : public Error {
 public:
  using Error::Error;
};

// The call makes no sense in this state: an empty future, a value taken twice, a promise set twice.
class InvalidStateError : public Error {
 public:
  using Error::Error;
};

// The promise, or the worker that was to run the task, went away without giving an outcome.
class BrokenPromise : public Error {
 public:
  using Error::Error;
};

// submit or map after shutdown.
class ShutdownError : public Error {
 public:
  using Error::Error;
};

// The bounded queue is full and its policy is OnFull::reject.
class QueueFull : public Error {
 public:
  using Error::Error;
};

// The wait would have closed a circle of tasks that wait for each other; names the tasks.
class DeadlockError : public Error {
 public:
  using Error::Error;
};

// The executor can run no more tasks, and says why.
class BrokenExecutor : public Error {
 public:
  using Error::Error;
};

// A worker's initializer threw. The cause is nested: std::rethrow_if_nested brings it out.
class BrokenThreadPool : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

// The processes of a pool cannot run tasks: they do not start, their initializer threw, or one died
// with OnWorkerDeath::break_pool. The cause is nested.
class BrokenProcessPool : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

// The worker process ended while it ran the task; what() says all of the following.
class WorkerDied : public Error {
 public:
  WorkerDied(const std::string& text, int pid, int exit_code, int signal, std::string task,
             std::string last_lines);

  int pid() const noexcept { return pid_; }
  int exit_code() const noexcept { return exit_code_; }  // -1: none, a signal ended it
  int signal() const noexcept { return signal_; }        // 0: none, it exited

  const std::string& task() const noexcept;        // what TaskOptions::name calls it
  const std::string& last_lines() const noexcept;  // what the worker wrote to stderr at last

 private:
  struct Texts;
  int pid_;
  int exit_code_;
  int signal_;
  std::shared_ptr<const Texts> texts_;  // shared, so that copies of the exception cannot throw
};

// A value could not be turned into bytes, or bytes not into a value: they are malformed, nested too
// deeply, or come from a different binary.
class SerializationError : public Error {
 public:
  using Error::Error;
};

// What a task threw in another process, where its type cannot be rebuilt here. It also is the last
// nested exception of one that can, to say where it came from.
//
//   try { future.result(); }
//   catch (const fanout::RemoteError& error) {
//     std::cerr << error.type_name() << " in process " << error.pid() << ":\n" << error.trace();
//   }
class RemoteError : public Error {
 public:
  RemoteError(const std::string& type_name, const std::string& text, int pid,
              const std::string& trace);
  RemoteError(const RemoteError&) noexcept;
  RemoteError& operator=(const RemoteError&) noexcept;
  ~RemoteError() override;

  // The type of what was thrown, as one writes it: "app::ParseError".
  const std::string& type_name() const noexcept;

  // What its what() said; what() here adds type and process.
  const std::string& text() const noexcept;

  // The process that it was thrown in.
  int pid() const noexcept;

  // The exception and those nested in it, a line each.
  const std::string& trace() const noexcept;

 private:
  struct Details;
  std::shared_ptr<const Details> details_;
};

// Sets what happens to exceptions that reach nobody: those that a callback throws, and failures
// of tasks whose last handle went away unread. `where` says which, for a message. May be called at
// any time by any thread; the hook runs on the thread that met the exception, must not throw, and
// may be running in another thread until shortly after it was replaced. The default, which an empty
// function restores, writes one line to stderr.
//
//   fanout::on_unhandled_exception([](std::exception_ptr, std::string_view where) { log(where); });
void on_unhandled_exception(std::function<void(std::exception_ptr, std::string_view where)> hook);

}  // namespace fanout
