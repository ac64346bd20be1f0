// SPDX-License-Identifier: MIT
// The server, step by step: what a worker answers to what.
#include "remote/server.hpp"

#include <stdexcept>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include <fanout/detail/remote_call.hpp>

#include "memory_transport.hpp"
#include "remote/frame.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using detail::MessageKind;

int twice(int n) { return 2 * n; }
int fail(int) { throw std::out_of_range("failed"); }
bool sees_stop(std::stop_token token) { return token.stop_requested(); }
std::vector<char> many(std::size_t count) { return std::vector<char>(count, 'x'); }

template <class Fn, class... Args>
std::vector<std::byte> call_of(Fn fn, Args... args) {
  std::vector<std::byte> bytes(detail::encoded_call_size(fn, args...));
  Writer writer(bytes.data(), bytes.size());
  detail::encode_call(writer, fn, args...);
  return bytes;
}

class ServerTest : public ::testing::Test {
 protected:
  // Puts a call on its way to the worker.
  void send(std::vector<std::byte> bytes, std::uint16_t flags = 0) {
    ++id_;
    worker_.words[0] = {id_, MemoryWorker::Word::sent};
    worker_.calls.push_back(
        {{.kind = MessageKind::call, .flags = flags, .slot = 0, .call = id_, .payload = {}},
         std::move(bytes)});
  }

  MemoryWorker::Letter answer() {
    MemoryWorker::Letter letter = std::move(worker_.answers.front());
    worker_.answers.pop_front();
    return letter;
  }

  MemoryWorker worker_;
  std::uint64_t id_ = 0;
};

TEST_F(ServerTest, answers_a_call_with_its_value_in_the_slot_that_it_came_in) {
  send(call_of(twice, 21));
  EXPECT_TRUE(worker_.step());
  const auto letter = answer();
  EXPECT_EQ(letter.message.kind, MessageKind::result);
  EXPECT_EQ(letter.message.call, id_);
  EXPECT_EQ(detail::decode_result<int>(letter.bytes), 42);
  EXPECT_EQ(worker_.words[0].second, MemoryWorker::Word::started);
}

TEST_F(ServerTest, answers_a_call_that_throws_with_the_exception) {
  send(call_of(fail, 1));
  worker_.step();
  const auto letter = answer();
  EXPECT_EQ(thrown<std::out_of_range>([&] { (void)detail::decode_result<int>(letter.bytes); }),
            "failed");
}

TEST_F(ServerTest, answers_bytes_that_are_no_call_with_an_error_and_goes_on) {
  send(std::vector<std::byte>(40, std::byte{0x5a}));
  worker_.step();
  const auto letter = answer();
  thrown<SerializationError>([&] { (void)detail::decode_result<int>(letter.bytes); });
  send(call_of(twice, 4));
  worker_.step();
  EXPECT_EQ(detail::decode_result<int>(answer().bytes), 8);
}

TEST_F(ServerTest, skips_a_call_that_was_revoked) {
  send(call_of(twice, 21));
  worker_.words[0].second = MemoryWorker::Word::revoked;
  worker_.step();
  EXPECT_EQ(answer().message.kind, MessageKind::skipped);
  EXPECT_TRUE(worker_.answers.empty());
}

TEST_F(ServerTest, announces_the_start_if_it_is_asked_to) {
  send(call_of(twice, 21), detail::flag_announce);
  worker_.step();
  EXPECT_EQ(answer().message.kind, MessageKind::started);
  EXPECT_EQ(answer().message.kind, MessageKind::result);
}

TEST_F(ServerTest, asks_the_token_of_the_right_call) {
  send(call_of(sees_stop));
  worker_.stop(id_ + 1);  // the next one, already
  worker_.step();
  EXPECT_FALSE(detail::decode_result<bool>(answer().bytes));
  send(call_of(sees_stop));
  worker_.step();
  EXPECT_TRUE(detail::decode_result<bool>(answer().bytes));
  worker_.stop(id_);  // too late
  send(call_of(sees_stop));
  worker_.step();
  EXPECT_FALSE(detail::decode_result<bool>(answer().bytes));
  send(call_of(sees_stop), detail::flag_stopping);
  worker_.step();
  EXPECT_TRUE(detail::decode_result<bool>(answer().bytes));
}

TEST_F(ServerTest, leaves_when_it_is_told_to) {
  worker_.calls.push_back({{.kind = MessageKind::retire, .payload = {}}, {}});
  send(call_of(twice, 1));
  EXPECT_TRUE(worker_.step());
  EXPECT_TRUE(worker_.left);
  EXPECT_FALSE(worker_.step());
}

TEST_F(ServerTest, takes_nothing_that_only_a_worker_says) {
  worker_.calls.push_back({{.kind = MessageKind::result, .payload = {}}, {}});
  EXPECT_THROW(worker_.step(), detail::ProtocolError);
}

TEST_F(ServerTest, sends_an_outcome_that_is_too_big_for_a_frame_all_the_same) {
  send(call_of(many, std::size_t{100'000}));
  worker_.step();
  EXPECT_EQ(detail::decode_result<std::vector<char>>(answer().bytes).size(), 100'000U);
}

}  // namespace
}  // namespace fanout::test
