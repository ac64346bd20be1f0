// SPDX-License-Identifier: MIT
// A page on its way to disk: written under a temporary name, renamed once it is complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fanout::cli {

// Unless commit() is reached, nothing ever appears under the final name, and the temporary file
// goes with the object. Every failure is a std::runtime_error that names the file and the reason.
// Immovable.
class PageFile {
 public:
  explicit PageFile(std::filesystem::path final_path);
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;
  ~PageFile();

  void write(std::string_view piece);
  void commit();

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path final_path_;
  std::string temporary_path_;  // empty once committed
  int descriptor_;
};

}  // namespace fanout::cli
