// SPDX-License-Identifier: MIT
// process_start: fanout, the processes forked from a server that the pool starts first.
#include "workload.hpp"

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  return process_start::measure(argc, argv, fanout::StartMethod::forkserver);
}
