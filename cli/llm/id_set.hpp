// SPDX-License-Identifier: MIT
// Which custom_ids were seen, in a few bytes for each however long they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fanout::cli::llm {

// Keeps a hash of 64 bits of each, in an open table that is at most two thirds full: 12 to 24 bytes
// an id. Two of a million ids are taken for one with a probability below one in ten million.
class IdSet {
 public:
  // False if it was there already.
  bool insert(std::string_view id);
  bool contains(std::string_view id) const;
  std::size_t size() const { return size_; }

 private:
  // Where `key` is, or where it would be put.
  std::size_t place_of(std::uint64_t key) const;
  void grow();

  std::vector<std::uint64_t> keys_ = std::vector<std::uint64_t>(64);  // 0: free
  std::size_t size_ = 0;
};

}  // namespace fanout::cli::llm
