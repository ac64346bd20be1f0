// SPDX-License-Identifier: MIT
// PageFile: the system calls, and what each failure says.
#include "page_file.hpp"

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

namespace fanout::cli {

namespace {

std::string temporary_beside(const std::filesystem::path& path) {
  static std::atomic<std::uint64_t> counter{0};
  // relaxed: only the numbers must differ. The process id keeps parallel programs apart.
  const auto number = counter.fetch_add(1, std::memory_order_relaxed);
  return path.parent_path() / fmt::format(".fanout-{}-{}.part", getpid(), number);
}

}  // namespace

// O_EXCL: never through a link or into a file that somebody else put there.
PageFile::PageFile(std::filesystem::path final_path)
    : final_path_(std::move(final_path)),
      temporary_path_(temporary_beside(final_path_)),
      descriptor_(open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(errno);
}

PageFile::~PageFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

void PageFile::write(std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t written = ::write(descriptor_, piece.data(), piece.size());
    if (written < 0 && errno != EINTR) fail(errno);
    if (written > 0) piece.remove_prefix(static_cast<std::size_t>(written));
  }
}

void PageFile::commit() {
  // Some file systems report a full disk only here.
  if (close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
  if (std::rename(temporary_path_.c_str(), final_path_.c_str()) != 0) fail(errno);
  temporary_path_.clear();
}

void PageFile::fail(int error) const {
  throw std::runtime_error(fmt::format("cannot write {}: {}", final_path_.string(),
                                       std::generic_category().message(error)));
}

}  // namespace fanout::cli
