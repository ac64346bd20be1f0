// SPDX-License-Identifier: MIT
// IdSet: a hash table with linear probing.
#include "id_set.hpp"

#include <utility>

#include "../text.hpp"

namespace fanout::cli::llm {
namespace {

std::uint64_t key_of(std::string_view id) {
  std::uint64_t key = hash_of(id);
  // FNV-1a leaves the low bits of similar texts similar, and they choose the place.
  key ^= key >> 32;
  key *= 0xd6e8feb86659fd93;
  key ^= key >> 32;
  return key == 0 ? 1 : key;
}

}  // namespace

std::size_t IdSet::place_of(std::uint64_t key) const {
  const std::size_t mask = keys_.size() - 1;
  std::size_t place = key & mask;
  while (keys_[place] != 0 && keys_[place] != key) place = (place + 1) & mask;
  return place;
}

bool IdSet::contains(std::string_view id) const { return keys_[place_of(key_of(id))] != 0; }

bool IdSet::insert(std::string_view id) {
  const std::uint64_t key = key_of(id);
  std::size_t place = place_of(key);
  if (keys_[place] != 0) return false;
  if (3 * (size_ + 1) > 2 * keys_.size()) {
    grow();
    place = place_of(key);
  }
  keys_[place] = key;
  ++size_;
  return true;
}

void IdSet::grow() {
  const auto old = std::exchange(keys_, std::vector<std::uint64_t>(2 * keys_.size()));
  for (const std::uint64_t key : old) {
    if (key != 0) keys_[place_of(key)] = key;
  }
}

}  // namespace fanout::cli::llm
