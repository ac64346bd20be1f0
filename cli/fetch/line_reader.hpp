// SPDX-License-Identifier: MIT
// Lines from a descriptor, one at a time, in constant memory and interruptible.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "../event.hpp"

namespace fanout::cli {

// Not std::getline, because a stream that waits for a terminal or a pipe cannot be told to give up.
class LineReader {
 public:
  // Reads until `stop` is set, if not to the end. `descriptor` stays the caller's.
  LineReader(int descriptor, const Event& stop) : descriptor_(descriptor), stop_(&stop) {}

  // The next line without its end; nothing at the end of input, or once stopped. Of a line beyond
  // `longest_line` bytes one byte more than that is kept. Throws std::system_error where reading
  // fails.
  std::optional<std::string> next();

  static constexpr std::size_t longest_line = 64 * 1024;

 private:
  bool fill();

  int descriptor_;
  const Event* stop_;
  std::string buffer_;
  std::string_view unread_;  // into buffer_
};

}  // namespace fanout::cli
