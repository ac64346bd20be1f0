// SPDX-License-Identifier: MIT
// The pages of the demonstration: their URL says how the server is to send them.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanout::cli {

struct Page {
  std::size_t number = 0;
  std::chrono::milliseconds delay{0};  // before the first byte is sent
  std::size_t bytes = 0;               // of the body
  bool flaky = false;                  // every other request fails with 503, the first among them

  // "/page/7?delay=230&bytes=4096&flaky=1"
  std::string target() const;
};

// The page that a target names; nothing where it names none. Longer than a minute or larger than 64
// MiB is none.
std::optional<Page> parse_page(std::string_view target);

struct DemoOptions {
  std::size_t pages = 160;
  std::size_t flaky = 4;  // of them
};

// Pages that differ in delay (20 to 300 ms) and size, the same ones each time, the flaky ones
// spread among them.
std::vector<Page> demo_pages(const DemoOptions& options);

}  // namespace fanout::cli
