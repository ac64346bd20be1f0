// SPDX-License-Identifier: MIT
// Much to carry, and somebody who does not take it.
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "faults/fault.hpp"
#include "support/door.hpp"
#include "support/sanitizers.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

Bytes pattern(std::size_t size, unsigned seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; i += 4096)
    bytes[i] = static_cast<std::uint8_t>(i / 4096 + seed);
  if (size > 0) bytes[size - 1] = 77;
  return bytes;
}

Bytes echo(Bytes bytes) { return bytes; }

// Of one byte of each page, and the last.
std::uint64_t sum(const Bytes& bytes) {
  std::uint64_t total = bytes.back();
  for (std::size_t i = 0; i < bytes.size(); i += 4096) total += bytes[i];
  return total;
}

std::size_t available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string name, rest; file >> name; std::getline(file, rest)) {
    std::size_t kilobytes = 0;
    if (name == "MemAvailable:" && file >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

class Payloads : public Fault {};
FANOUT_FAULTS(Payloads);

TEST_P(Payloads, of_hundred_megabytes_cross_both_ways) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(10); ++round) {  // half a second each
    const Bytes sent = pattern(100'000'000, static_cast<unsigned>(round));
    const auto echoed = executor.submit(echo, sent);
    const auto small = executor.submit(square, 7);
    EXPECT_EQ(small.result(), 49);
    EXPECT_TRUE(echoed.result() == sent);
  }
}

// conformance: 172
TEST_P(Payloads, of_more_than_two_gibibytes_cross_both_ways) {
  if (GetParam() == StartMethod::forkserver) GTEST_SKIP() << "half a minute, and no other path";
  constexpr std::size_t size = (std::size_t{2} << 30) + 4711;
  // The value here and there, its bytes on the way, and the copy that is compared; two copies of
  // this test may run at a time.
  if (sanitized || available_memory() < 7 * size) {
    GTEST_SKIP() << "needs " << (7 * size >> 20) << " MiB of free memory and no sanitizer";
  }
  ProcessPoolExecutor executor(with(1));
  Bytes sent = pattern(size, 3);
  const std::uint64_t expected = sum(sent);
  EXPECT_EQ(executor.submit(sum, sent).result(), expected);
  Bytes().swap(sent);
  const Bytes back = executor.submit(pattern, size, 3U).take();
  EXPECT_EQ(back.size(), size);
  EXPECT_EQ(sum(back), expected);
}

TEST_P(Payloads, of_every_size_around_the_limits_cross_both_ways) {
  ProcessPoolExecutor executor(with(2));
  for (int round = 0; round < rounds(5); ++round) {
    std::vector<Future<Bytes>> futures;
    std::vector<std::size_t> sizes;
    for (const std::size_t edge : {0UL, 4096UL, 16384UL, 32768UL, 65536UL, 131072UL, 262144UL}) {
      for (std::size_t size = edge < 80 ? 0 : edge - 80; size < edge + 80; size += 7) {
        sizes.push_back(size);
        futures.push_back(executor.submit(echo, pattern(size, 1)));
      }
    }
    for (std::size_t i = 0; i < futures.size(); ++i) {
      EXPECT_TRUE(futures[i].result() == pattern(sizes[i], 1)) << sizes[i] << " bytes";
    }
  }
}

// More than the ring holds is on its way to a worker that takes nothing, and the others go on.
TEST_P(Payloads, wait_for_a_stopped_worker_without_holding_up_another) {
  ProcessPoolExecutor executor(with(2));
  Reports reports;
  Door door;
  for (int round = 0; round < rounds(); ++round) {
    const auto standing = executor.submit(report_and_stand, reports.path(), door.path());
    const pid_t stopped = reports.next();
    door.await();
    ASSERT_EQ(kill(stopped, SIGSTOP), 0);
    ASSERT_TRUE(eventually([&] { return state_of_process(stopped) == 'T'; }));
    std::vector<Future<Bytes>> futures;
    for (int i = 0; i < 50; ++i) futures.push_back(executor.submit(echo, pattern(30'000, 1)));
    for (int i = 0; i < 5; ++i) futures.push_back(executor.submit(echo, pattern(5'000'000, 1)));
    for (const auto& future : futures) {
      EXPECT_TRUE(future.result() == pattern(future.result().size(), 1));
    }
    check_running(standing);
    kill(stopped, SIGCONT);
    door.open();
    EXPECT_EQ(standing.result(), stopped);
  }
}

TEST_P(Payloads, are_not_lost_when_the_only_worker_stops_for_a_while) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const pid_t worker = executor.submit(own_pid).result();
    ASSERT_EQ(kill(worker, SIGSTOP), 0);
    std::vector<Future<Bytes>> futures;
    for (int i = 0; i < 40; ++i) futures.push_back(executor.submit(echo, pattern(30'000, 2)));
    futures.push_back(executor.submit(echo, pattern(20'000'000, 2)));
    EXPECT_FALSE(futures.back().wait(1ms));
    kill(worker, SIGCONT);
    for (const auto& future : futures) {
      EXPECT_TRUE(future.result() == pattern(future.result().size(), 2));
    }
    EXPECT_EQ(executor.submit(own_pid).result(), worker);
  }
}

// conformance: 130
TEST_P(Payloads, on_their_way_to_a_worker_that_is_killed_reach_the_next_one) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const pid_t worker = executor.submit(own_pid).result();
    ASSERT_EQ(kill(worker, SIGSTOP), 0);
    std::vector<Future<Bytes>> futures;
    for (int i = 0; i < 40; ++i) futures.push_back(executor.submit(echo, pattern(30'000, 2)));
    futures.push_back(executor.submit(echo, pattern(2'000'000, 2)));
    kill(worker, SIGKILL);
    for (const auto& future : futures) {
      EXPECT_TRUE(future.result() == pattern(future.result().size(), 2));
    }
  }
}

// The worker has so many results for a parent that does not read that it must wait for room.
TEST_P(Payloads, back_from_a_worker_that_is_killed_meanwhile_fail_one_task_at_most) {
  ProcessPoolExecutor executor(with(1));
  for (int round = 0; round < rounds(); ++round) {
    const pid_t worker = executor.submit(own_pid).result();
    std::vector<Future<Bytes>> futures;
    for (int i = 0; i < 40; ++i)
      futures.push_back(executor.submit(pattern, std::size_t{30'000}, 2U));
    for (int i = 0; i < 5; ++i)
      futures.push_back(executor.submit(pattern, std::size_t{2'000'000}, 2U));
    futures[static_cast<std::size_t>(round) % futures.size()].wait();
    kill(worker, SIGKILL);
    int died = 0;
    for (const auto& future : futures) {
      if (future.exception() != nullptr) {
        EXPECT_EQ(error_of<WorkerDied>(future).pid(), worker);
        ++died;
      } else {
        EXPECT_TRUE(future.result() == pattern(future.result().size(), 2));
      }
    }
    EXPECT_LE(died, 1);
  }
}

}  // namespace
}  // namespace fanout::test
