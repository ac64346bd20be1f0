// SPDX-License-Identifier: MIT
// process_echo: fanout.
#include <fanout/process_pool_executor.hpp>

#include "workload.hpp"

int main(int argc, char** argv) {
  fanout::init(argc, argv);
  return process_echo::measure(argc, argv, [](const std::string& text, std::size_t times) {
    fanout::ProcessPoolExecutor executor(1);
    std::size_t whole = 0;
    for (std::size_t i = 0; i < times; ++i) {
      const std::string back = executor.submit(process_echo::echo, text).take();
      whole += back.size() == text.size() && back.back() == text.back() ? 1 : 0;
    }
    return whole;
  });
}
