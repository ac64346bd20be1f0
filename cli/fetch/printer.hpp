// SPDX-License-Identifier: MIT
// Where the reports go: lines on standard output and a bar on standard error, neither garbled.
#pragma once

#include <string>
#include <utility>

#include <fanout/progress.hpp>

#include "report.hpp"

namespace fanout::cli {

enum class LineFormat { text, jsonl };

// Each line is one write, made at once, so that whoever reads the pipe sees a page as soon as it is
// there. Used by one thread.
class Printer {
 public:
  Printer(LineFormat format, ProgressOptions progress)
      : format_(format), bar_(std::move(progress)) {}

  // Skipped pages are not printed.
  void print(const Report& report);
  void finish() { bar_.finish(); }

  // Why standard output takes no more lines (the disk is full, the reader has gone); empty: it
  // does.
  const std::string& error() const { return error_; }

 private:
  void write_line(std::string line);

  LineFormat format_;
  ProgressBar bar_;
  std::string error_;
};

}  // namespace fanout::cli
