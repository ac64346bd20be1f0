// SPDX-License-Identifier: MIT
// process_recovery: fanout, each process a fresh one.
#include "workload.hpp"

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  return process_recovery::measure(argc, argv, fanout::StartMethod::spawn);
}
