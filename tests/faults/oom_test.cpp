// SPDX-License-Identifier: MIT
// The kernel kills a worker because there is no memory left for it.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include "faults/fault.hpp"
#include "support/vocabulary.hpp"
#include "support/waiting.hpp"

namespace fanout::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t limit = std::size_t{64} << 20;

// A control group whose processes may have so much memory together; both versions of the interface.
class MemoryGroup {
 public:
  MemoryGroup() {
    const std::string name = "fanout-test-" + std::to_string(getpid());
    for (const auto& [root, file] : {std::pair{"/sys/fs/cgroup/memory/", "memory.limit_in_bytes"},
                                     std::pair{"/sys/fs/cgroup/", "memory.max"}}) {
      std::error_code refused;
      const fs::path folder = root + name;
      if (!fs::create_directory(folder, refused)) continue;
      if (put(folder / file, std::to_string(limit))) {
        folder_ = folder;
        // What it may swap besides, where the kernel counts that.
        put(folder / "memory.memsw.limit_in_bytes", std::to_string(limit));
        put(folder / "memory.swap.max", "0");
        return;
      }
      rmdir(folder.c_str());
    }
  }
  ~MemoryGroup() {
    if (possible()) {
      EXPECT_TRUE(eventually([&] { return rmdir(folder_.c_str()) == 0; }));
    }
  }
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  bool possible() const { return !folder_.empty(); }

  bool add(pid_t process) const { return put(folder_ / "cgroup.procs", std::to_string(process)); }

  // How many processes the kernel has killed for the sake of the limit.
  int killed() const {
    for (const char* const name : {"memory.oom_control", "memory.events"}) {
      std::ifstream file(folder_ / name);
      std::string key;
      for (int count = 0; file >> key >> count;) {
        if (key == "oom_kill") return count;
      }
    }
    return 0;
  }

 private:
  static bool put(const fs::path& file, const std::string& text) {
    if (!fs::exists(file)) return false;
    std::ofstream stream(file);
    stream << text << std::flush;
    return stream.good();
  }

  fs::path folder_;
};

// Takes page after page, up to four times what there is.
int take_memory() {
  std::vector<char*> blocks;
  constexpr std::size_t size = std::size_t{1} << 20;
  while (blocks.size() * size < 4 * limit) {
    blocks.push_back(new char[size]);
    std::memset(blocks.back(), 1, size);
  }
  int sum = 0;
  for (const char* const block : blocks) sum += *block;
  for (const char* const block : blocks) delete[] block;
  return sum;
}

class OutOfMemory : public Fault {};
FANOUT_FAULTS(OutOfMemory);

// Elsewhere the closest is a SIGKILL from outside: see death_test.
TEST_P(OutOfMemory, kills_a_worker_and_fails_only_its_task) {
  const MemoryGroup group;
  if (!group.possible()) GTEST_SKIP() << "this user may make no control group of memory";
  for (int round = 0; round < rounds(); ++round) {
    ProcessPoolExecutor executor(with(1));
    const pid_t worker = executor.submit(own_pid).result();
    ASSERT_TRUE(group.add(worker));
    const auto greedy = executor.submit(take_memory);
    const auto next = executor.submit(square, round);
    const auto death = error_of<WorkerDied>(greedy);
    EXPECT_EQ(death.pid(), worker);
    EXPECT_EQ(death.signal(), SIGKILL);
    EXPECT_TRUE(holds(death.what(), "SIGKILL (often out of memory)"));
    EXPECT_EQ(group.killed(), round + 1);
    EXPECT_EQ(next.result(), round * round);
    EXPECT_EQ(executor.stats().died, 1U);
  }
}

}  // namespace
}  // namespace fanout::test
