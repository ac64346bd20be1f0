// SPDX-License-Identifier: MIT
// Secret: what a key may look like, and how it is taken out of what a server sent.
#include "secret.hpp"

#include <algorithm>
#include <utility>

#include "../exit_status.hpp"

namespace fanout::cli::llm {

Secret::Secret(std::string_view key) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = key.find_first_not_of(blanks);
  if (first == key.npos) return;
  key = key.substr(first, key.find_last_not_of(blanks) - first + 1);
  // Quotes and backslashes are refused so that a key looks the same in JSON.
  const auto fits = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; };
  if (!std::ranges::all_of(key, fits)) {
    throw UsageError("the API key has characters that no key has (it is not shown here)");
  }
  key_ = key;
}

std::string Secret::authorization() const { return "Authorization: Bearer " + key_; }

std::string Secret::without_key(std::string text) const {
  if (key_.empty()) return text;
  constexpr std::string_view instead = "[API key]";
  for (auto at = text.find(key_); at != text.npos; at = text.find(key_, at + instead.size())) {
    text.replace(at, key_.size(), instead);
  }
  return text;
}

Json Secret::without_key(Json json) const {
  if (key_.empty()) return json;
  // Written again, a key that was hidden in escapes reads as it is.
  std::string text = to_text(json);
  if (text.find(key_) == text.npos) return json;
  return parse_json(without_key(std::move(text)));
}

}  // namespace fanout::cli::llm
