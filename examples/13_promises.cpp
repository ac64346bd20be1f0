// SPDX-License-Identifier: MIT
// Promise: how an interface with callbacks becomes one with futures.
//
// Much C and C++ code reports through a callback. A promise turns the report into a future, which
// can then be waited for, awaited, cancelled and mixed with the futures of executors. Futures of
// different types fit in one container as AnyFuture.
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

// Somebody else's interface: takes a callback, and calls it later from its own loop.
class Timer {
 public:
  using Callback = std::function<void(int error, int ticks)>;

  void start(int ticks, Callback callback) { waiting_.push_back({ticks, std::move(callback)}); }
  void run() {
    for (auto& [ticks, callback] : waiting_) callback(ticks < 0 ? 22 : 0, ticks);
    waiting_.clear();
  }

 private:
  struct Waiting {
    int ticks;
    Callback callback;
  };
  std::vector<Waiting> waiting_;
};

fanout::Future<int> start(Timer& timer, int ticks) {
  // std::function wants to be copied and a promise cannot be, hence the shared pointer.
  auto promise = std::make_shared<fanout::Promise<int>>();
  auto future = promise->get_future();
  timer.start(ticks, [promise](int error, int passed) {
    if (!promise->set_running_or_notify_cancel()) return;  // cancelled meanwhile: nobody listens
    if (error == 0) {
      promise->set_value(passed);
    } else {
      promise->set_exception(
          std::make_exception_ptr(std::runtime_error("error " + std::to_string(error))));
    }
  });
  return future;
}

int main() {
  Timer timer;
  fanout::ThreadPoolExecutor executor(1);

  auto good = start(timer, 10);
  auto bad = start(timer, -1);
  auto unwanted = start(timer, 99);
  auto text = executor.submit([] { return std::string("from a thread"); });

  good.add_done_callback([](const fanout::Future<int>& future) {
    std::cout << "callback: " << future.result() << " ticks\n";
  });
  unwanted.cancel();
  timer.run();

  const std::vector<fanout::AnyFuture> all{good, bad, unwanted, text};
  fanout::wait(all);
  for (const auto& future : all) {
    if (future.cancelled()) {
      std::cout << "cancelled\n";
    } else if (future.exception() != nullptr) {
      std::cout << "failed\n";
    } else {
      std::cout << "succeeded\n";
    }
  }
}

// Prints:
//   callback: 10 ticks
//   succeeded
//   failed
//   cancelled
//   succeeded
