// SPDX-License-Identifier: MIT
// Template: finding the places, in one walk over the text.
#include "template.hpp"

#include <functional>
#include <stdexcept>
#include <string_view>

namespace fanout::cli::queries {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Calls `text` and `place` for what they stand for, in order.
void walk(std::string_view rest, const std::function<void(std::string_view)>& text,
          const std::function<void(std::string_view)>& place) {
  while (true) {
    const auto open = rest.find("{{");
    text(rest.substr(0, open));
    if (open == rest.npos) return;
    const auto close = rest.find("}}", open);
    if (close == rest.npos) throw std::invalid_argument("a {{ is not closed");
    place(trimmed(rest.substr(open + 2, close - open - 2)));
    rest.remove_prefix(close + 2);
  }
}

}  // namespace

std::vector<std::string> Template::places() const {
  std::vector<std::string> names;
  walk(text_, [](std::string_view) {}, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

std::string Template::filled(const std::map<std::string, std::string>& values) const {
  std::string result;
  walk(
      text_, [&](std::string_view text) { result += text; },
      [&](std::string_view name) { result += values.at(std::string(name)); });
  return result;
}

}  // namespace fanout::cli::queries
