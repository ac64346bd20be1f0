// SPDX-License-Identifier: MIT
// Printer: through the bar where both share a terminal, straight to standard output elsewhere.
#include "printer.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace fanout::cli {

void Printer::print(const Report& report) {
  if (report.skipped()) return;
  if (error_.empty()) {
    write_line(format_ == LineFormat::jsonl ? to_json(report) : to_line(report));
  }
  bar_.advance(1, report.failed() ? 1 : 0);
}

void Printer::write_line(std::string line) {
  static const bool shares_terminal = isatty(STDOUT_FILENO) == 1;
  if (shares_terminal) return bar_.log(line, STDOUT_FILENO);

  // The bar drops what it cannot write, as a bar should; here a lost line must not pass unnoticed.
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      error_ = std::generic_category().message(errno);
      return;
    }
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace fanout::cli
