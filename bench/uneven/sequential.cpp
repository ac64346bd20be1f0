// SPDX-License-Identifier: MIT
// uneven: the same without any library, in one thread; its time is the sum of the work.
#include "workload.hpp"

int main(int argc, char** argv) {
  return uneven::measure(argc, argv, [](const uneven::Input& run) {
    std::uint64_t answer = 0;
    for (const std::uint64_t steps : run.steps) answer += uneven::task(steps);
    return answer;
  });
}
