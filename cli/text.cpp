// SPDX-License-Identifier: MIT
// Text: escaping, cutting, counting, hashing.
#include "text.hpp"

namespace fanout::cli {

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const auto continues = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
  };
  while (most > 0 && continues(most)) --most;
  return std::string(text.substr(0, most)) + "...";
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return with_commas(number) + ' ' + std::string(number == 1 ? one : many);
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t result = 0xcbf29ce484222325;
  for (const char c : text) {
    result ^= static_cast<unsigned char>(c);
    result *= 0x100000001b3;
  }
  return result;
}

}  // namespace fanout::cli
