// SPDX-License-Identifier: MIT
// Frames: what was encoded comes back, and nothing else is taken for a message.
#include "remote/frame.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/vocabulary.hpp"

namespace fanout::detail {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

Bytes frame_of(const Message& message) {
  const FrameHeader header = encode_header(message);
  Bytes frame(header.begin(), header.end());
  frame.insert(frame.end(), message.payload.begin(), message.payload.end());
  return frame;
}

Message a_message(const Bytes& payload) {
  return {.kind = MessageKind::result,
          .flags = flag_announce,
          .slot = 7,
          .call = 0x123456789abcdef,
          .payload = payload};
}

TEST(Frame, comes_back_as_it_was) {
  const Bytes payload = bytes_of("seventeen letters");
  const Bytes frame = frame_of(a_message(payload));
  const Message message = decode_frame(frame);
  EXPECT_EQ(message.kind, MessageKind::result);
  EXPECT_EQ(message.flags, flag_announce);
  EXPECT_EQ(message.slot, 7U);
  EXPECT_EQ(message.call, 0x123456789abcdefU);
  EXPECT_TRUE(std::ranges::equal(message.payload, payload));
}

TEST(Frame, may_be_followed_by_others) {
  const Bytes payload = bytes_of("first");
  Bytes frames = frame_of(a_message(payload));
  const Bytes second = frame_of({.kind = MessageKind::retire, .payload = {}});
  frames.insert(frames.end(), second.begin(), second.end());
  const Message first = decode_frame(frames);
  EXPECT_TRUE(std::ranges::equal(first.payload, payload));
  const auto rest = std::span(frames).subspan(header_size + first.payload.size());
  EXPECT_EQ(decode_frame(rest).kind, MessageKind::retire);
}

TEST(Frame, may_be_empty_or_as_long_as_allowed) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, longest_payload}) {
    const Bytes payload(size, std::byte{42});
    const Bytes frame = frame_of(a_message(payload));
    EXPECT_EQ(decode_frame(frame).payload.size(), size);
  }
}

TEST(Frame, that_is_cut_off_anywhere_is_refused) {
  const Bytes frame = frame_of(a_message(bytes_of("payload")));
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_THROW(decode_frame(std::span(frame).first(size)), ProtocolError) << size << " bytes";
  }
}

TEST(Frame, with_any_single_bit_wrong_is_refused) {
  const Bytes frame = frame_of(a_message(bytes_of("payload, longer than a word")));
  for (std::size_t bit = 0; bit < 8 * frame.size(); ++bit) {
    Bytes damaged = frame;
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_THROW(decode_frame(damaged), ProtocolError) << "bit " << bit;
  }
}

TEST(Frame, of_garbage_is_refused) {
  std::mt19937 random(4711);
  for (int round = 0; round < 1000; ++round) {
    Bytes garbage(random() % 200);
    for (std::byte& byte : garbage) byte = std::byte(random());
    EXPECT_THROW(decode_frame(garbage), ProtocolError);
  }
}

TEST(Frame, that_claims_a_wild_length_is_refused_by_its_length) {
  Message message = a_message({});
  // Only its size is looked at, never the bytes.
  const Bytes one(longest_payload + 1);
  message.payload = one;
  const Bytes frame = frame_of(message);
  EXPECT_TRUE(test::holds(test::thrown<ProtocolError>([&] { decode_frame(frame); }),
                          "more than the limit"));
}

TEST(Frame, of_an_unknown_kind_is_refused) {
  for (const int kind : {0, static_cast<int>(last_message_kind) + 1, 65535}) {
    const Bytes frame = frame_of({.kind = static_cast<MessageKind>(kind), .payload = {}});
    EXPECT_TRUE(
        test::holds(test::thrown<ProtocolError>([&] { decode_frame(frame); }), "no known kind"));
  }
  const Bytes frame =
      frame_of({.kind = MessageKind::call, .flags = known_flags + 1, .payload = {}});
  EXPECT_THROW(decode_frame(frame), ProtocolError);
}

}  // namespace
}  // namespace fanout::detail
