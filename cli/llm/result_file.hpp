// SPDX-License-Identifier: MIT
// A file of results that grows by whole lines, whatever happens to the program.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "../event.hpp"
#include "record.hpp"

namespace fanout::cli::llm {

// What to do where the file is there already.
enum class Existing { refuse, resume, overwrite };

// Each record is one write at the end of the file, so a kill leaves at most one line that is cut;
// resuming removes that line, or ends it if only its end is missing. A write that fails half-way is
// taken back. While open it is locked against a second run. "-" is standard output. Immovable.
class ResultFile {
 public:
  // Throws UsageError where it is there already, std::runtime_error where it cannot be opened or
  // another run is writing it.
  ResultFile(std::string path, Existing existing);
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;
  ~ResultFile();

  // Calls `see` with each record of an earlier run, in order. Throws std::runtime_error where a line
  // is none: the file is then something else, and stays as it is. Before the first append.
  void read(const Event& stop, const std::function<void(Record&&)>& see);

  // Any thread may call it. False: nothing more can be written, error() says why.
  bool append(std::string line);
  std::string error() const;

 private:
  void open(Existing existing);
  void mend();
  void cut_to(std::int64_t size);
  std::string last_line(std::int64_t size) const;
  [[noreturn]] void fail(std::string_view what, int error) const;

  const std::string path_;
  int descriptor_ = -1;
  bool is_regular_ = false;  // so it has a size, and can be cut
  mutable std::mutex mutex_;
  std::string error_;
};

}  // namespace fanout::cli::llm
