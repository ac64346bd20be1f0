// SPDX-License-Identifier: MIT
// Writes a few frames in order, from which the fuzzer goes on: make_corpus <folder>.
#include <fstream>
#include <string>

#include "remote/frame.hpp"

int main(int argc, char** argv) {
  using namespace fanout::detail;
  if (argc != 2) return 1;
  for (int kind = 1; kind <= static_cast<int>(last_message_kind); ++kind) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{300}}) {
      const std::string payload(size, static_cast<char>('a' + kind));
      const FrameHeader header = encode_header({.kind = static_cast<MessageKind>(kind),
                                                .slot = 3,
                                                .call = 77,
                                                .payload = std::as_bytes(std::span(payload))});
      std::ofstream file(std::string(argv[1]) + "/" + std::to_string(kind) + "-" +
                         std::to_string(size));
      file.write(reinterpret_cast<const char*>(header.data()), header.size());
      file << payload;
    }
  }
}
