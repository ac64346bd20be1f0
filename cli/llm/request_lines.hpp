// SPDX-License-Identifier: MIT
// The requests of a batch file, one at a time, however many there are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "../event.hpp"
#include "../line_reader.hpp"
#include "id_set.hpp"
#include "request.hpp"

namespace fanout::cli::llm {

// Leaves out blank lines, lines that are no request, ids that came before, and those in `answered`.
// What is wrong is told to `complain`, in one line that names file and line, and counted; the lines
// after it are still read. Immovable.
class RequestLines {
 public:
  struct Counts {
    std::uint64_t lines = 0;
    std::uint64_t bad = 0;      // complained about
    std::uint64_t skipped = 0;  // answered before
  };

  // Throws std::runtime_error if the file cannot be opened. "-" is standard input.
  RequestLines(const std::string& path, const Event& stop, std::string model, const IdSet& answered,
               std::function<void(const std::string&)> complain);
  RequestLines(const RequestLines&) = delete;
  RequestLines& operator=(const RequestLines&) = delete;
  ~RequestLines();

  // Nothing at the end, or once stopped.
  std::optional<Request> next();
  const Counts& counts() const { return counts_; }

 private:
  std::optional<std::string> next_line();
  std::optional<Request> take(const std::string& line);

  const std::string name_;  // for complaints
  const std::string model_;
  const IdSet& answered_;
  const std::function<void(const std::string&)> complain_;
  int descriptor_;
  LineReader lines_;
  IdSet seen_;
  Counts counts_;
};

}  // namespace fanout::cli::llm
