// SPDX-License-Identifier: MIT
// The parts under a pool of processes: rings, slots, sockets with descriptors, shared memory.
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "processes/blob.hpp"
#include "processes/control_socket.hpp"
#include "processes/ring.hpp"
#include "processes/segment.hpp"
#include "support/forked_child.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"

namespace fanout::detail {
namespace {

using test::thrown;

std::vector<std::byte> pattern(std::size_t size, int seed) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(seed));
  return bytes;
}

TEST(Ring, brings_every_byte_in_order_from_one_thread_to_another) {
  const auto ring = std::make_unique<Ring>();
  constexpr int messages = 3000;
  std::jthread writing([&] {
    RingWriter writer(*ring);
    for (int i = 0; i < messages; ++i) {
      const auto bytes = pattern(static_cast<std::size_t>(1 + i % 1500), i);
      while (!writer.has_room(bytes.size())) std::this_thread::yield();
      writer.write(std::span(bytes).first(1), std::span(bytes).subspan(1));
    }
  });
  RingReader reader(*ring);
  for (int i = 0; i < messages; ++i) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(1 + i % 1500));
    while (reader.available() < bytes.size()) std::this_thread::yield();
    reader.read(bytes);
    ASSERT_EQ(bytes, pattern(bytes.size(), i));
  }
  EXPECT_TRUE(reader.empty());
}

TEST(Ring, has_room_for_its_capacity_and_no_more) {
  const auto ring = std::make_unique<Ring>();
  RingWriter writer(*ring);
  EXPECT_TRUE(writer.has_room(Ring::capacity));
  EXPECT_FALSE(writer.has_room(Ring::capacity + 1));
  writer.write(pattern(100, 0), {});
  EXPECT_FALSE(writer.has_room(Ring::capacity - 99));
}

// faults: a worker gone mad
TEST(Ring, whose_writer_publishes_nonsense_is_refused) {
  const auto ring = std::make_unique<Ring>();
  const RingReader reader(*ring);
  ring->written.store(Ring::capacity + 1);
  EXPECT_THROW((void)reader.available(), ProtocolError);
}

TEST(SlotWord, is_left_by_claim_or_revoke_and_only_by_the_call_that_it_holds) {
  SharedSegment segment;
  SlotWord& word = segment->slots[5];
  word.send(7);
  EXPECT_FALSE(word.claim(6));
  EXPECT_FALSE(word.has_started(7));
  EXPECT_TRUE(word.claim(7));
  EXPECT_TRUE(word.has_started(7));
  EXPECT_FALSE(word.claim(7));
  EXPECT_FALSE(word.revoke(7));
  word.send(8);
  EXPECT_TRUE(word.revoke(8));
  EXPECT_FALSE(word.claim(8));
  EXPECT_FALSE(word.has_started(8));
}

TEST(SlotWord, has_one_winner_when_both_sides_want_it) {
  SharedSegment segment;
  SlotWord& word = segment->slots[0];
  for (std::uint64_t call = 1; call < 5000; ++call) {
    word.send(call);
    bool claimed = false;
    std::jthread worker([&] { claimed = word.claim(call); });
    const bool revoked = word.revoke(call);
    worker.join();
    ASSERT_NE(claimed, revoked);
    ASSERT_EQ(word.has_started(call), claimed);
  }
}

TEST(SharedSegment, is_the_same_memory_wherever_it_is_mapped) {
  const SharedSegment one;
  const SharedSegment other(Descriptor(dup(one.descriptor())));
  one->slots[1].send(3);
  EXPECT_TRUE(other->slots[1].claim(3));
  EXPECT_TRUE(one->slots[1].has_started(3));
  EXPECT_NE(ftruncate(other.descriptor(), 0), 0);  // nobody can take it away under the other side
}

TEST(ControlSocket, brings_messages_and_copies_of_descriptors) {
  auto [one, other] = ControlSocket::pair();
  const auto payload = pattern(1000, 1);
  const SharedMemory memory(4096);
  memory.bytes()[9] = std::byte{42};
  ASSERT_EQ(one.send({.kind = MessageKind::call, .call = 5, .payload = payload},
                     {memory.descriptor()}, false),
            ControlSocket::Sent::yes);
  auto packet = other.receive(true);
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->message.call, 5U);
  EXPECT_TRUE(std::ranges::equal(packet->message.payload, payload));
  const SharedMemory same(std::move(packet->descriptors[0]));
  EXPECT_EQ(same.bytes()[9], std::byte{42});
}

TEST(ControlSocket, never_blocks_when_it_is_not_to_and_sees_the_end_of_its_peer) {
  auto [one, other] = ControlSocket::pair();
  EXPECT_FALSE(one.receive(false).has_value());
  EXPECT_FALSE(one.peer_gone());
  const auto payload = pattern(60'000, 1);
  const Message message{.kind = MessageKind::call, .payload = payload};
  int sent = 0;
  while (one.send(message, {}, false) == ControlSocket::Sent::yes) ++sent;
  EXPECT_GT(sent, 0);
  EXPECT_EQ(one.send(message, {}, false), ControlSocket::Sent::no_room);
  other = ControlSocket();
  EXPECT_EQ(one.send(message, {}, false), ControlSocket::Sent::peer_gone);  // and no SIGPIPE
  EXPECT_FALSE(one.receive(true).has_value());
  EXPECT_TRUE(one.peer_gone());
}

TEST(ControlSocket, refuses_a_packet_that_is_no_frame) {
  auto [one, other] = ControlSocket::pair();
  const auto garbage = pattern(100, 3);
  ASSERT_EQ(write(one.descriptor(), garbage.data(), garbage.size()), 100);
  EXPECT_THROW(other.receive(true), ProtocolError);
}

TEST(SharedMemory, that_its_sender_could_cut_off_is_refused) {
  Descriptor file(memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(ftruncate(file.get(), 4096), 0);
  EXPECT_THROW(SharedMemory{std::move(file)}, ProtocolError);
}

TEST(SharedMemoryCache, gives_memory_out_again_that_was_released) {
  const auto cache = std::make_shared<SharedMemoryCache>();
  const std::size_t size = 1'000'000;
  int number = -1;
  {
    MemoryBlob blob(cache->take(size), size, cache);
    number = blob.descriptor();
    EXPECT_EQ(blob.bytes().size(), size);
    EXPECT_TRUE(blob.resize(size + 1));
    EXPECT_FALSE(blob.resize(100 * size));
    blob.release();
  }
  EXPECT_EQ(cache->take(size - 5).descriptor(), number);
  // Whoever may still use it, its memory does not serve again.
  {
    MemoryBlob blob(cache->take(size), size, cache);
    number = blob.descriptor();
  }
  cache->close();
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
}

TEST(SharedMemoryCache, lets_a_forked_child_drop_memory_while_others_use_it) {
  if (test::thread_sanitizer) {
    GTEST_SKIP() << "the thread sanitizer does not support fork() of a program with threads";
  }
  SharedMemoryCache cache;
  std::atomic<bool> ended = false;
  std::jthread user([&] {
    while (!ended) cache.put(cache.take(1));
  });
  for (int i = 0; i < 100; ++i) {
    SharedMemory memory(1);
    EXPECT_EQ(test::code_of_child([&] {
                cache.put(std::move(memory));
                return 0;
              }),
              0);
  }
  ended = true;
}

}  // namespace
}  // namespace fanout::detail
