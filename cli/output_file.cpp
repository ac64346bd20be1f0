// SPDX-License-Identifier: MIT
// OutputFile: the system calls, and what each failure says.
#include "output_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "write_all.hpp"

namespace fanout::cli {

namespace {

// Empty where the file is to be written in place.
std::string temporary_beside(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  const bool in_place = std::filesystem::exists(status) && !std::filesystem::is_directory(status) &&
                        !std::filesystem::is_regular_file(status);
  if (in_place) return {};
  static std::atomic<std::uint64_t> counter{0};
  // relaxed: only the numbers must differ. The process id keeps parallel programs apart.
  const auto number = counter.fetch_add(1, std::memory_order_relaxed);
  return path.parent_path() / fmt::format(".fanout-{}-{}.part", getpid(), number);
}

// O_EXCL: never through a link or into a file that somebody else put there.
int open_for_writing(const std::string& temporary, const std::filesystem::path& path) {
  if (temporary.empty()) return open(path.c_str(), O_WRONLY | O_CLOEXEC);
  return open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path final_path)
    : final_path_(std::move(final_path)),
      temporary_path_(temporary_beside(final_path_)),
      descriptor_(open_for_writing(temporary_path_, final_path_)) {
  if (descriptor_ < 0) fail(errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

void OutputFile::write(std::string_view piece) {
  if (const int error = write_all(descriptor_, piece)) fail(error);
}

void OutputFile::commit() {
  // Some file systems report a full disk only here.
  if (close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
  if (temporary_path_.empty()) return;
  if (std::rename(temporary_path_.c_str(), final_path_.c_str()) != 0) fail(errno);
  temporary_path_.clear();
}

void OutputFile::fail(int error) const {
  throw std::runtime_error(fmt::format("cannot write {}: {}", final_path_.string(),
                                       std::generic_category().message(error)));
}

}  // namespace fanout::cli
