// SPDX-License-Identifier: MIT
// Feeds arbitrary bytes to the decoder of frames, as a worker gone mad would.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "remote/frame.hpp"

namespace {

using namespace fanout::detail;

// What decodes must encode to the same bytes again: then nothing was read beyond them, and nothing
// was overlooked.
void check(const Message& message, std::span<const std::byte> bytes) {
  const FrameHeader header = encode_header(message);
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] != bytes[i]) std::abort();
  }
  if (message.payload.size() > bytes.size() - header.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> left = std::as_bytes(std::span(data, size));
  try {
    while (!left.empty()) {
      const Message message = decode_frame(left);
      check(message, left);
      left = left.subspan(header_size + message.payload.size());
    }
  } catch (const ProtocolError&) {
  }
  // The same as the payload of a frame that is in order: whatever is in it, it comes back.
  const auto payload =
      std::as_bytes(std::span(data, size)).first(size < longest_payload ? size : longest_payload);
  Message message{.kind = MessageKind::result, .slot = 1, .call = 2, .payload = payload};
  const FrameHeader header = encode_header(message);
  std::vector<std::byte> frame(header.begin(), header.end());
  frame.insert(frame.end(), payload.begin(), payload.end());
  check(decode_frame(frame), frame);
  return 0;
}
