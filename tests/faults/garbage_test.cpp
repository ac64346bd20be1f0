// SPDX-License-Identifier: MIT
// A worker gone mad writes into what it shares with its pool: that worker is broken, nobody else.
#include <array>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <future>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "processes/control_socket.hpp"
#include "processes/segment.hpp"
#include "processes/spawn.hpp"
#include "support/door.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

using detail::Message;
using detail::MessageKind;

enum class Madness {
  random_bytes,     // no frame at all
  half_a_header,    // a frame that ends in its header
  half_a_payload,   // a frame that ends before its length
  wild_length,      // a frame that says it is longer than any
  wrong_checksum,   // a frame of which one bit has changed
  unknown_call,     // an answer to a call that nobody made
  unknown_slot,     // and to one in a place that does not exist
  clients_message,  // what only a client says
  nonsense_result,  // a result that is none, to the right call
  wild_position,    // more bytes in the ring than it holds
};
constexpr int madnesses = 10;

// The frame that is sent, as bytes.
std::vector<std::byte> frame_of(Madness what, unsigned seed) {
  std::minstd_rand random(seed + 1);
  std::vector<std::byte> payload(100);
  for (std::byte& byte : payload) byte = static_cast<std::byte>(random());
  Message message{
      .kind = MessageKind::result, .slot = 0, .call = 1'000'000'007, .payload = payload};
  if (what == Madness::unknown_slot) message.slot = 0xffffffff;
  if (what == Madness::clients_message) message.kind = MessageKind::call;
  std::vector<std::byte> bytes;
  const auto header = detail::encode_header(message);
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  constexpr std::size_t length_at = 20;  // see frame.hpp
  switch (what) {
    case Madness::random_bytes:
      return payload;
    case Madness::half_a_header:
      bytes.resize(header.size() / 2);
      break;
    case Madness::half_a_payload:
      bytes.resize(header.size() + 10);
      break;
    case Madness::wild_length:
      std::memset(bytes.data() + length_at, 0xff, 4);
      break;
    case Madness::wrong_checksum:
      bytes[header.size() + random() % 100] ^= std::byte{1};
      break;
    default:
      break;
  }
  return bytes;
}

// The memory that this worker shares with its pool, found as a program gone mad might find it.
detail::Segment* shared_segment() {
  std::FILE* const maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return nullptr;
  void* found = nullptr;
  std::array<char, 512> line{};
  while (found == nullptr && std::fgets(line.data(), line.size(), maps) != nullptr) {
    if (std::strstr(line.data(), "memfd:fanout-worker") == nullptr) continue;
    std::uintptr_t begin = 0;
    if (std::sscanf(line.data(), "%" SCNxPTR, &begin) == 1) found = reinterpret_cast<void*>(begin);
  }
  std::fclose(maps);
  return static_cast<detail::Segment*>(found);
}

void put_in_ring(const std::vector<std::byte>& bytes, std::uint64_t advance) {
  detail::Segment* const segment = shared_segment();
  if (segment == nullptr) std::abort();
  detail::Ring& ring = segment->answers;
  const std::uint64_t at = ring.written.load();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    ring.bytes.at((at + i) % detail::Ring::capacity) = bytes[i];
  }
  ring.written.store(at + advance);
}

void put_in_socket(const std::vector<std::byte>& bytes) {
  (void)!send(detail::inherited_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// The answers that this worker has given so far end here, so that the garbage comes next.
void write_garbage(Madness what, unsigned seed, bool in_ring) {
  const auto bytes = frame_of(what, seed);
  if (!in_ring) {
    put_in_socket(bytes);
  } else if (what == Madness::wild_position) {
    put_in_ring({}, std::uint64_t{1} << 40);
  } else {
    put_in_ring(bytes, bytes.size());
  }
}

void go_mad_and_die(Madness what, unsigned seed, bool in_ring) {
  write_garbage(what, seed, in_ring);
  _exit(7);
}

void go_mad_and_hang(Madness what, unsigned seed, bool in_ring) {
  write_garbage(what, seed, in_ring);
  for (;;) pause();
}

// A payload apart that is a descriptor of something else.
void send_descriptor(int kind) {
  int number = -1;
  std::array<int, 2> ends{-1, -1};
  switch (kind) {
    case 0:
      if (pipe(ends.data()) == 0) number = ends[0];
      break;
    case 1:
      number = open("/proc/self/exe", O_RDONLY);
      break;
    case 2:
      number = open("/dev/zero", O_RDWR);
      break;
    default:
      number = memfd_create("unsealed", MFD_ALLOW_SEALING);
      if (ftruncate(number, 1 << 20) != 0) _exit(8);
      break;
  }
  detail::ControlSocket socket{detail::Descriptor(detail::inherited_socket)};
  const Message message{.kind = MessageKind::result,
                        .flags = detail::flag_apart,
                        .slot = 0,
                        .call = 1,
                        .payload = {}};
  socket.send(message, {number}, true);
  for (;;) pause();
}

class Garbage : public Fault {};
FANOUT_FAULTS(Garbage);

template <class Task>
void go_mad(ProcessPoolExecutor& executor, Task task, int round, bool in_ring) {
  for (int what = 0; what < madnesses; ++what) {
    const auto madness = static_cast<Madness>(what);
    if (!in_ring && madness == Madness::wild_position) continue;
    const auto mad = executor.submit(task, madness, static_cast<unsigned>(round), in_ring);
    // Others are not disturbed, and their answers make the pool look at all rings.
    while (!mad.done()) EXPECT_EQ(executor.submit(square, round).result(), round * round);
    EXPECT_GT(error_of<WorkerDied>(mad).pid(), 0) << "madness " << what;
  }
}

TEST_P(Garbage, in_the_ring_of_a_worker_that_dies_breaks_that_worker_only) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) go_mad(executor, go_mad_and_die, round, true);
}

TEST_P(Garbage, in_the_ring_of_a_worker_that_lives_ends_it) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) go_mad(executor, go_mad_and_hang, round, true);
}

TEST_P(Garbage, in_the_socket_of_a_worker_that_dies_breaks_that_worker_only) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) go_mad(executor, go_mad_and_die, round, false);
}

TEST_P(Garbage, in_the_socket_of_a_worker_that_lives_ends_it) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) go_mad(executor, go_mad_and_hang, round, false);
}

std::string big(int letter) { return std::string(std::size_t{1} << 20, static_cast<char>(letter)); }

void report_and_go_mad(const std::string& reports) {
  put_in_ring(frame_of(Madness::random_bytes, 1), 100);
  report(reports, getpid());
  for (;;) pause();
}

// Big answers take another way than small ones.
TEST_P(Garbage, on_one_way_takes_nothing_from_an_answer_on_the_other_one) {
  Reports reports;
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    std::promise<void> release;
    std::promise<void> standing;
    Door door;
    const auto first = executor.submit(report_and_stand, reports.path(), door.path());
    const pid_t worker = reports.next();
    // From here on the pool's thread reads nothing until both have come.
    first.add_done_callback([&](const auto&) {
      standing.set_value();
      release.get_future().wait();
    });
    const auto good = executor.submit(big, 'x');
    const auto mad = executor.submit(report_and_go_mad, reports.path());
    door.open();
    standing.get_future().wait();
    EXPECT_EQ(reports.next(), worker);
    release.set_value();
    EXPECT_EQ(good.result(), big('x'));
    EXPECT_EQ(error_of<WorkerDied>(mad).pid(), worker);
  }
}

TEST_P(Garbage, of_descriptors_ends_their_worker) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(); ++round) {
    for (int kind = 0; kind < 4; ++kind) {
      const auto mad = executor.submit(send_descriptor, kind);
      mad.wait();
      EXPECT_EQ(error_of<WorkerDied>(mad).signal(), SIGKILL) << "descriptor " << kind;
      EXPECT_EQ(executor.submit(square, round).result(), round * round);
    }
  }
}

}  // namespace
}  // namespace fanout::test
