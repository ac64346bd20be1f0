// SPDX-License-Identifier: MIT
// The same question to several servers: the first good answer wins, and the others are called off.
//
// wait(..., first_completed) returns as soon as one future is done. The losers are cancelled where
// they have not started, and asked to stop where they have.
#include <chrono>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fanout/fanout.hpp>

using namespace std::chrono_literals;

struct Answer {
  std::string server;
  bool complete = true;
};

// Looks at its token now and then, as everything that may take long should.
Answer ask(std::stop_token stop, const std::string& server, std::chrono::milliseconds needed) {
  const auto ready = std::chrono::steady_clock::now() + needed;
  while (std::chrono::steady_clock::now() < ready) {
    if (stop.stop_requested()) return {.server = server, .complete = false};
    std::this_thread::sleep_for(1ms);
  }
  return {.server = server};
}

int main() {
  fanout::ThreadPoolExecutor executor(3);
  const std::vector<fanout::Future<Answer>> futures{
      executor.submit(ask, "north", 60s), executor.submit(ask, "south", 20ms),
      executor.submit(ask, "west", 60s),
      executor.submit(ask, "east", 60s),  // three workers: waits in the queue, or runs after south
  };

  const auto [done, not_done] = fanout::wait(futures, fanout::ReturnWhen::first_completed);
  for (const auto& future : not_done) {
    if (!future.cancel()) future.request_stop();
  }
  std::cout << "the answer came from " << done.front().result().server << '\n';

  // The losers end soon, one way or the other, so the executor's destructor does not wait a minute.
  fanout::wait(not_done);
  int called_off = 0;
  for (const auto& future : not_done) {
    called_off += future.cancelled() || !future.result().complete ? 1 : 0;
  }
  std::cout << called_off << " were called off\n";
}

// Prints:
//   the answer came from south
//   3 were called off
