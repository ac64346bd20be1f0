// SPDX-License-Identifier: MIT
// Types that use what the serializer knows, and random values of them.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <fanout/serialize.hpp>

namespace fanout::test {

enum class Colour : std::uint8_t { red, green, blue };

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

struct Nothing {
  bool operator==(const Nothing&) const = default;
};

// A recursive type, by vector and by pointer.
struct Tree {
  std::int32_t value = 0;
  std::vector<Tree> branches;
  std::unique_ptr<Tree> next;

  friend bool operator==(const Tree& a, const Tree& b) {
    if (a.value != b.value || a.branches != b.branches) return false;
    if (a.next == nullptr || b.next == nullptr) return a.next == b.next;
    return *a.next == *b.next;
  }
};

// Customised, with private members and a private constructor.
class Account {
 public:
  Account(std::string owner, std::int64_t cents) : owner_(std::move(owner)), cents_(cents) {}
  bool operator==(const Account&) const = default;

 private:
  friend class fanout::Access;
  Account() = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(owner_, cents_);
  }

  std::string owner_;
  std::int64_t cents_ = 0;
};

struct Rich {
  bool flag = false;
  char letter = 0;
  std::int64_t number = 0;
  long double precise = 0;
  Colour colour = Colour::red;
  std::string text;
  std::u16string wide;
  std::vector<std::uint32_t> numbers;
  std::vector<Point> points;
  std::vector<bool> bits;
  std::array<std::string, 2> pair_of_texts;
  std::int16_t grid[2][3] = {};
  std::deque<std::string> queue;
  std::list<std::optional<int>> options;
  std::forward_list<int> forward;
  std::map<std::string, std::vector<int>> map;
  std::set<std::pair<int, char>> set;
  std::unordered_map<int, std::string> hashed;
  std::variant<std::monostate, int, std::string> choice;
  std::tuple<int, std::string, Nothing> tuple;
  std::vector<Nothing> nothings;
  std::bitset<13> small_bits;
  std::complex<double> complex;
  std::chrono::milliseconds duration{};
  std::vector<Account> accounts;
  Tree tree;

  bool operator==(const Rich& other) const = default;
};

// The same numbers from the same seed, on every machine.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(engine_()) % end; }

  std::int64_t number() {
    const auto high = static_cast<std::uint64_t>(engine_());
    return static_cast<std::int64_t>(high << 32 | engine_()) >> below(64);
  }

  std::string text() {
    std::string text(below(20), ' ');
    for (char& letter : text) letter = static_cast<char>(below(256));
    return text;
  }

  Tree tree(int depth) {
    Tree tree{static_cast<std::int32_t>(number()), {}, nullptr};
    if (depth == 0) return tree;
    for (auto n = below(3); n > 0; --n) tree.branches.push_back(this->tree(depth - 1));
    if (below(2) == 0) tree.next = std::make_unique<Tree>(this->tree(depth - 1));
    return tree;
  }

  Rich rich() {
    Rich rich;
    rich.flag = below(2) == 0;
    rich.letter = static_cast<char>(below(256));
    rich.number = number();
    rich.precise = static_cast<long double>(number()) / 3;
    rich.colour = static_cast<Colour>(below(3));
    rich.text = text();
    rich.wide = std::u16string(below(5), static_cast<char16_t>(below(65536)));
    for (auto n = below(9); n > 0; --n) rich.numbers.push_back(below(1000000));
    for (auto n = below(4); n > 0; --n) rich.points.push_back({below(9) / 4.0, 1});
    for (auto n = below(20); n > 0; --n) rich.bits.push_back(below(2) == 0);
    rich.pair_of_texts = {text(), text()};
    for (auto& row : rich.grid) {
      for (auto& cell : row) cell = static_cast<std::int16_t>(below(65536));
    }
    for (auto n = below(4); n > 0; --n) rich.queue.push_back(text());
    for (auto n = below(4); n > 0; --n) {
      rich.options.push_back(below(2) == 0 ? std::nullopt : std::optional(7));
    }
    for (auto n = below(4); n > 0; --n) rich.forward.push_front(static_cast<int>(n));
    for (auto n = below(4); n > 0; --n) rich.map[text()] = {1, 2, 3};
    for (auto n = below(4); n > 0; --n) rich.set.emplace(static_cast<int>(below(9)), 'x');
    for (auto n = below(4); n > 0; --n) rich.hashed[static_cast<int>(below(99))] = text();
    if (const auto which = below(3); which == 1) {
      rich.choice = 5;
    } else if (which == 2) {
      rich.choice = text();
    }
    rich.tuple = {static_cast<int>(below(9)), text(), Nothing{}};
    rich.nothings.resize(below(5));
    rich.small_bits = below(8192);
    rich.complex = {below(9) / 2.0, -1};
    rich.duration = std::chrono::milliseconds(number());
    for (auto n = below(3); n > 0; --n) rich.accounts.emplace_back(text(), number());
    rich.tree = tree(4);
    return rich;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace fanout::test
