// SPDX-License-Identifier: MIT
// process_roundtrip: a forked child and a socket pair, with nothing around them.
#include "../support/processes.hpp"
#include "workload.hpp"

int main(int argc, char** argv) {
  return process_roundtrip::measure(argc, argv, [](const bench::Run& run) {
    const bench::Child child([](int socket) {
      std::uint64_t number = 0;
      while (bench::read_all(socket, &number, sizeof number)) {
        number = process_roundtrip::echo(number);
        if (!bench::write_all(socket, &number, sizeof number)) return;
      }
    });
    std::uint64_t answer = 0;
    for (std::uint64_t i = 0; i < run.size; ++i) {
      std::uint64_t number = i;
      if (!bench::write_all(child.socket(), &number, sizeof number)) break;
      if (!bench::read_all(child.socket(), &number, sizeof number)) break;
      answer += number;
    }
    return answer;
  });
}
