// SPDX-License-Identifier: MIT
// What became of one URL, and the lines that say so.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace fanout::cli {

struct Report {
  std::string url;
  long status = 0;                        // of HTTP; 0: no answer came
  std::uint64_t bytes = 0;                // of the body, in the last attempt
  std::chrono::milliseconds duration{0};  // of all attempts and the waits between them
  int attempts = 0;
  std::string error;  // empty: fetched, or skipped
  std::string file;   // where the page was saved; empty: it was not

  bool skipped() const { return attempts == 0 && error.empty(); }
  bool failed() const { return !error.empty(); }
  bool fetched() const { return !skipped() && !failed(); }
};

// "Fetched URL (N bytes) in T ms" or "URL failed: reason", without the end of the line.
std::string to_line(const Report& report);

// The same as one JSON object: url, status, bytes, milliseconds, attempts, error (null: fetched),
// and file where the page was saved.
std::string to_json(const Report& report);

struct Summary {
  std::size_t fetched = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  std::uint64_t bytes = 0;

  void add(const Report& report);
};

// "1998 fetched, 2 failed, 81.3 MiB in 5.0 s"
std::string to_line(const Summary& summary, std::chrono::milliseconds duration);

}  // namespace fanout::cli
