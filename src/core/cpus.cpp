// SPDX-License-Identifier: MIT
#include "cpus.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <sched.h>

#include "spin.hpp"

namespace fanout::detail {
namespace {

int cpus_of_affinity() {
  // The mask of a big machine may need more room than cpu_set_t has: grow until the kernel is
  // content.
  for (int room = CPU_SETSIZE; room <= 1 << 20; room *= 2) {
    cpu_set_t* const set = CPU_ALLOC(room);
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(room);
    const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The tightest quota of this process's cgroup and those above it; 0 if none.
int cpus_of_cgroup() {
  int least = 0;
  const auto tighten = [&least](int cpus) {
    if (cpus > 0) least = least == 0 ? cpus : std::min(least, cpus);
  };
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::string path = line.substr(3);; path.resize(path.rfind('/'))) {
      tighten(cpus_of_quota(first_line("/sys/fs/cgroup" + path + "/cpu.max")));
      if (path.empty() || path == "/") break;
    }
  }
  // The older hierarchy, as containers see it.
  const std::string quota = first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  if (!quota.empty() && quota[0] != '-') {
    tighten(cpus_of_quota(quota + " " + first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us")));
  }
  return least;
}

}  // namespace

int cpus_of_quota(const std::string& cpu_max) {
  std::istringstream text(cpu_max);
  long long quota = 0;
  long long period = 0;
  if (!(text >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::min<long long>(1 << 20, (quota - 1) / period + 1));
}

int usable_cpus() {
  const int affinity = std::max(1, cpus_of_affinity());
  const int quota = cpus_of_cgroup();
  return quota == 0 ? affinity : std::min(affinity, quota);
}

int spin_rounds() noexcept {
  static const int rounds = cpus_of_affinity() > 1 ? 400 : 0;
  return rounds;
}

}  // namespace fanout::detail
