// SPDX-License-Identifier: MIT
// process_calls: forked children at socket pairs; each has a window of numbers on their way to it. No
// futures, no functions, no deaths: what the hand-over itself costs.
#include <deque>
#include <memory>
#include <vector>

#include <poll.h>

#include "../support/processes.hpp"
#include "workload.hpp"

namespace {

constexpr std::size_t window = 64;

void serve(int socket) {
  std::uint64_t number = 0;
  while (bench::read_all(socket, &number, sizeof number)) {
    number = process_calls::task(number);
    if (!bench::write_all(socket, &number, sizeof number)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  return process_calls::measure(argc, argv, [](const bench::Run& run) {
    std::deque<bench::Child> children;
    std::vector<pollfd> ready;
    for (int i = 0; i < run.workers; ++i) {
      children.emplace_back(serve);
      ready.push_back({.fd = children.back().socket(), .events = POLLIN, .revents = 0});
    }
    std::uint64_t next = 0;
    const auto send = [&](int socket) {
      if (next == run.size) return;
      if (!bench::write_all(socket, &next, sizeof next)) std::abort();
      ++next;
    };
    for (std::size_t i = 0; i < window; ++i) {
      for (const auto& child : children) send(child.socket());
    }
    std::uint64_t answer = 0;
    for (std::size_t done = 0; done < run.size;) {
      poll(ready.data(), ready.size(), -1);
      for (const pollfd& each : ready) {
        if ((each.revents & POLLIN) == 0) continue;
        std::uint64_t number = 0;
        if (!bench::read_all(each.fd, &number, sizeof number)) std::abort();
        answer += number;
        ++done;
        send(each.fd);
      }
    }
    return answer;
  });
}
