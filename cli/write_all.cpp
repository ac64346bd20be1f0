// SPDX-License-Identifier: MIT
// write_all: interrupted and short writes go on where they stopped.
#include "write_all.hpp"

#include <cerrno>

#include <unistd.h>

namespace fanout::cli {

int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace fanout::cli
