// SPDX-License-Identifier: MIT
// Forgets fanout::init; exits with 3 if it is told what to do.
#include <cstdio>
#include <stdexcept>
#include <string>

#include <fanout/process_pool_executor.hpp>

int main() {
  try {
    const fanout::ProcessPoolExecutor executor(1);
  } catch (const std::logic_error& error) {
    std::printf("%s\n", error.what());
    return std::string(error.what()).find("fanout::init(argc, argv);") != std::string::npos ? 3 : 1;
  }
  return 2;
}
