// SPDX-License-Identifier: MIT
// process_recovery: fanout, the processes forked from a server.
#include "workload.hpp"

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  return process_recovery::measure(argc, argv, fanout::StartMethod::forkserver);
}
