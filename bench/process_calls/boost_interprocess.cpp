// SPDX-License-Identifier: MIT
// process_calls: forked children on two message queues of Boost.Interprocess.
#include <optional>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>

#include "workload.hpp"

namespace {

using boost::interprocess::message_queue;

constexpr std::uint64_t no_more = ~std::uint64_t{0};
constexpr std::size_t room = 1024;

void serve(message_queue& calls, message_queue& results) {
  std::uint64_t number = 0;
  message_queue::size_type size = 0;
  unsigned priority = 0;
  for (;;) {
    calls.receive(&number, sizeof number, size, priority);
    if (number == no_more) _exit(0);
    number = process_calls::task(number);
    results.send(&number, sizeof number, 0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return process_calls::measure(argc, argv, [](const bench::Run& run) {
    const std::string name = "fanout_bench_" + std::to_string(getpid());
    const auto make = [](const std::string& each) {
      return message_queue(boost::interprocess::create_only, each.c_str(), room,
                           sizeof(std::uint64_t));
    };
    message_queue calls = make(name + "_calls");
    message_queue results = make(name + "_results");
    std::vector<pid_t> children;
    for (int i = 0; i < run.workers; ++i) {
      children.push_back(fork());
      if (children.back() == 0) serve(calls, results);
    }
    std::uint64_t answer = 0;
    std::uint64_t number = 0;
    std::size_t received = 0;
    message_queue::size_type size = 0;
    unsigned priority = 0;
    for (std::uint64_t i = 0; i < run.size; ++i) {
      while (!calls.try_send(&i, sizeof i, 0)) {
        results.receive(&number, sizeof number, size, priority);
        answer += number;
        ++received;
      }
      while (results.try_receive(&number, sizeof number, size, priority)) {
        answer += number;
        ++received;
      }
    }
    for (; received < run.size; ++received) {
      results.receive(&number, sizeof number, size, priority);
      answer += number;
    }
    for (std::size_t i = 0; i < children.size(); ++i) calls.send(&no_more, sizeof no_more, 0);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    message_queue::remove((name + "_calls").c_str());
    message_queue::remove((name + "_results").c_str());
    return answer;
  });
}
