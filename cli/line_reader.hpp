// SPDX-License-Identifier: MIT
// Lines from a descriptor, one at a time, in constant memory and interruptible.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "event.hpp"

namespace fanout::cli {

// Not std::getline, because a stream that waits for a terminal or a pipe cannot be told to give up.
class LineReader {
 public:
  static constexpr std::size_t longest_line = 64 * 1024;

  // Reads until `stop` is set, if not to the end. `descriptor` stays the caller's.
  LineReader(int descriptor, const Event& stop, std::size_t longest = longest_line)
      : descriptor_(descriptor), stop_(&stop), longest_(longest) {}

  // The next line without its end; nothing at the end of input, or once stopped. Of a line beyond
  // `longest` bytes one byte more than that is kept. Throws std::system_error where reading
  // fails.
  std::optional<std::string> next();

 private:
  bool fill();

  int descriptor_;
  const Event* stop_;
  std::size_t longest_;
  std::string buffer_;
  std::string_view unread_;  // into buffer_
};

}  // namespace fanout::cli
