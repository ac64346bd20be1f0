// SPDX-License-Identifier: MIT
// The states in which an exhaustive search was, so that it goes on from each of them once.
#pragma once

#include <cstdint>
#include <unordered_map>

namespace model {

// Two executions are in the same state when each thread has the same history: what it read, and
// what each write of it came after. Then they go on alike, whatever the order in which steps that
// have nothing to do with each other were taken.
class Seen {
 public:
  void clear() { spent_.clear(); }

  // Was the search here with no more spent? If not, it is now.
  bool before(std::uint64_t state, int preemptions, int surprises) {
    const auto spent = static_cast<std::uint16_t>(preemptions << 8 | surprises);
    const auto [entry, is_new] = spent_.try_emplace(state, spent);
    if (is_new) return false;
    const int preemptions_then = entry->second >> 8;
    const int surprises_then = entry->second & 255;
    if (preemptions_then <= preemptions && surprises_then <= surprises) return true;
    if (preemptions <= preemptions_then && surprises <= surprises_then) entry->second = spent;
    return false;
  }

  std::size_t size() const { return spent_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::uint16_t> spent_;
};

}  // namespace model
