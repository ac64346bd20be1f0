// SPDX-License-Identifier: MIT
// Coroutines: waiting for a future without holding a thread.
//
// `co_await future` suspends the coroutine and resumes it on the thread that completes the task, so
// a hundred coroutines can wait for a hundred futures and occupy nobody. fanout brings no coroutine
// type of its own, since every program has its favourite; Job below is a small one that starts at
// once and gives its outcome to a future.
#include <coroutine>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include <fanout/fanout.hpp>

struct Job {
  struct promise_type {
    Job get_return_object() { return {outcome.get_future()}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_value(std::string value) { outcome.set_value(std::move(value)); }
    void unhandled_exception() { outcome.set_exception(std::current_exception()); }
    fanout::Promise<std::string> outcome;
  };
  fanout::Future<std::string> future;
};

std::string find_author(const std::string& book) {
  if (book.empty()) throw std::invalid_argument("a book has a title");
  return "the author of " + book;
}

std::string find_birthplace(const std::string& author) { return "the birthplace of " + author; }

// Reads like blocking code. An exception of a task arrives at its co_await.
Job research(fanout::ThreadPoolExecutor& executor, std::string book) {
  auto found = executor.submit(find_author, book);
  const std::string& author = co_await found;  // a reference: `found` keeps the value alive
  co_return co_await executor.submit(find_birthplace, author);  // a temporary yields by value
}

int main() {
  fanout::ThreadPoolExecutor executor(2);
  const Job first = research(executor, "Emma");
  const Job second = research(executor, "");

  std::cout << first.future.result() << '\n';
  try {
    std::cout << second.future.result() << '\n';
  } catch (const std::exception& error) {
    std::cout << "no result: " << error.what() << '\n';
  }
}

// Prints:
//   the birthplace of the author of Emma
//   no result: a book has a title
