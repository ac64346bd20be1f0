// SPDX-License-Identifier: MIT
// Printer: through the bar where both share a terminal, straight to standard output elsewhere.
#include "printer.hpp"

#include <system_error>

#include <unistd.h>

#include "../write_all.hpp"

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
  if (const int error = write_all(STDOUT_FILENO, line)) {
    error_ = std::generic_category().message(error);
  }
}

}  // namespace fanout::cli
