// SPDX-License-Identifier: MIT
// A file on its way to disk: written under a temporary name, renamed once it is complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fanout::cli {

// Unless commit() is reached, nothing ever appears under the final name, and the temporary file
// goes with the object. What exists and is no regular file (a pipe, a device) is written in place.
// Every failure is a std::runtime_error that names the file and the reason.
// Immovable.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path final_path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::string_view piece);
  void commit();

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path final_path_;
  std::string temporary_path_;  // empty once committed, and where there is none
  int descriptor_;
};

}  // namespace fanout::cli
