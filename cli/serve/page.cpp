// SPDX-License-Identifier: MIT
// Pages to targets and back.
#include "page.hpp"

#include <charconv>
#include <random>

#include <fmt/format.h>

namespace fanout::cli {
namespace {

constexpr std::chrono::milliseconds longest_delay{60'000};
constexpr std::size_t largest_page = 64u << 20;

// Takes "prefix<number>" from the front of `text`.
std::optional<std::size_t> take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  std::size_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return number;
}

}  // namespace

std::string Page::target() const {
  return fmt::format("/page/{}?delay={}&bytes={}&flaky={}", number, delay.count(), bytes,
                     flaky ? 1 : 0);
}

std::optional<Page> parse_page(std::string_view target) {
  const auto number = take(target, "/page/");
  const auto delay = number ? take(target, "?delay=") : std::nullopt;
  const auto bytes = delay ? take(target, "&bytes=") : std::nullopt;
  const auto flaky = bytes ? take(target, "&flaky=") : std::nullopt;
  if (!flaky || !target.empty()) return std::nullopt;
  const auto limit = static_cast<std::size_t>(longest_delay.count());
  if (*delay > limit || *bytes > largest_page || *flaky > 1) return std::nullopt;
  return Page{*number, std::chrono::milliseconds(*delay), *bytes, *flaky == 1};
}

std::vector<Page> demo_pages(const DemoOptions& options) {
  std::mt19937 random;  // with its default seed: the standard fixes its numbers
  std::vector<Page> pages;
  pages.reserve(options.pages);
  for (std::size_t number = 0; number < options.pages; ++number) {
    const auto delay = std::chrono::milliseconds(20 + random() % 281);
    const std::size_t bytes = 500 + random() % 60'000;
    // Evenly spread, from the first page on, so that what is tried again is not what ends the run.
    const bool flaky = number * options.flaky % options.pages < options.flaky;
    pages.push_back({number, delay, bytes, flaky});
  }
  return pages;
}

}  // namespace fanout::cli
