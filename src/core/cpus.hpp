// SPDX-License-Identifier: MIT
// How many processors this process may use.
#pragma once

#include <string>

namespace fanout::detail {

// By the affinity mask of the calling thread and the cgroup's quota, rounded up; at least 1.
int usable_cpus();

// The processors that a cgroup's quota amounts to, from the text of its cpu.max file ("200000
// 100000" or "max 100000"); 0 if there is no limit, or the text makes no sense.
int cpus_of_quota(const std::string& cpu_max);

}  // namespace fanout::detail
