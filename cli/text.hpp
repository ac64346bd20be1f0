// SPDX-License-Identifier: MIT
// Small things done to text by several subcommands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fanout::cli {

// Control characters replaced, so that what a server sent cannot steer the terminal.
std::string printable(std::string_view text);

// Bytes that are no UTF-8 replaced.
std::string as_utf8(std::string_view text);

// The first `most` bytes, fewer where that would cut a character of UTF-8 in two, and "..." for
// what is left out.
std::string shortened(std::string_view text, std::size_t most);

// 1234567 as "1,234,567".
std::string with_commas(std::uint64_t number);

// "1 retry", "2 retries": the number and the word that goes with it.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

// FNV-1a: small and the same everywhere, for names and keys that nobody gains from forging.
std::uint64_t hash_of(std::string_view text);

}  // namespace fanout::cli
