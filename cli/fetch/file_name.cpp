// SPDX-License-Identifier: MIT
// file_name: splitting a URL into what a reader recognises.
#include "file_name.hpp"

#include <fmt/format.h>

#include "../text.hpp"

namespace fanout::cli {
namespace {

constexpr std::size_t longest_stem = 120;
constexpr std::size_t longest_extension = 12;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Host and path: no scheme, no user and password, no query.
std::string_view recognisable_part(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (const auto scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  const auto user = url.substr(0, url.find('/')).rfind('@');
  if (user != url.npos) url.remove_prefix(user + 1);
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);
  return url;
}

// ".html" at the end of the path's last part, or nothing. A host has no extension.
std::string_view extension_of(std::string_view part) {
  const auto slash = part.rfind('/');
  const auto dot = part.rfind('.');
  if (slash == part.npos || dot == part.npos || dot < slash + 2) return {};
  const std::string_view extension = part.substr(dot);
  if (extension.size() < 2 || extension.size() > longest_extension) return {};
  for (const char c : extension.substr(1)) {
    if (!is_letter_or_digit(c)) return {};
  }
  return extension;
}

}  // namespace

std::string file_name(std::string_view url) {
  std::string_view part = recognisable_part(url);
  const std::string_view extension = extension_of(part);
  part.remove_suffix(extension.size());

  std::string stem;
  for (const char c : part.substr(0, longest_stem)) {
    const bool keep = is_letter_or_digit(c) || c == '-' || (c == '.' && !stem.empty());
    if (keep) {
      stem += c;
    } else if (stem.empty() || stem.back() != '_') {
      stem += '_';
    }
  }
  return fmt::format("{}-{:016x}{}", stem.empty() ? "page" : stem, hash_of(url), extension);
}

}  // namespace fanout::cli
