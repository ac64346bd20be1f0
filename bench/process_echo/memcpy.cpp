// SPDX-License-Identifier: MIT
// process_echo: no other process; the bytes are copied to new memory, and from there to new memory.
#include <cstring>
#include <memory>

#include "workload.hpp"

namespace {

std::unique_ptr<char[]> copy(const char* bytes, std::size_t size) {
  auto memory = std::make_unique_for_overwrite<char[]>(size);
  std::memcpy(memory.get(), bytes, size);
  return memory;
}

}  // namespace

int main(int argc, char** argv) {
  return process_echo::measure(argc, argv, [](const std::string& text, std::size_t times) {
    std::size_t whole = 0;
    for (std::size_t i = 0; i < times; ++i) {
      const auto there = copy(text.data(), text.size());
      const auto back = copy(there.get(), text.size());
      whole += back[text.size() - 1] == text.back() ? 1 : 0;
    }
    return whole;
  });
}
