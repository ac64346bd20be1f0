// SPDX-License-Identifier: MIT
// ResultFile: opening, mending and growing it.
#include "result_file.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "../exit_status.hpp"
#include "../line_reader.hpp"
#include "../write_all.hpp"

namespace fanout::cli::llm {
namespace {

constexpr std::size_t longest_record = 256 << 20;

std::int64_t size_of(int descriptor) {
  struct stat status = {};
  return fstat(descriptor, &status) == 0 ? status.st_size : 0;
}

}  // namespace

ResultFile::ResultFile(std::string path, Existing existing) : path_(std::move(path)) {
  try {
    open(existing);
  } catch (...) {
    if (descriptor_ > STDOUT_FILENO) close(descriptor_);
    throw;
  }
}

ResultFile::~ResultFile() {
  if (descriptor_ > STDOUT_FILENO) close(descriptor_);
}

void ResultFile::open(Existing existing) {
  if (path_ == "-") {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("open", errno);
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) fail("look at", errno);
  is_regular_ = S_ISREG(status.st_mode);
  if (!is_regular_) return;
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw std::runtime_error(path_ + ": another run is writing it");
    fail("lock", errno);
  }
  if (status.st_size == 0) return;
  if (existing == Existing::refuse) {
    throw UsageError(path_ + ": is there already; --resume continues it, --overwrite begins anew");
  }
  existing == Existing::overwrite ? cut_to(0) : mend();
}

void ResultFile::mend() {
  const std::int64_t size = size_of(descriptor_);
  const std::string line = last_line(size);
  if (line.empty()) return;
  try {
    static_cast<void>(record_from(line));
  } catch (const std::exception&) {
    return cut_to(size - static_cast<std::int64_t>(line.size()));
  }
  if (const int error = write_all(descriptor_, "\n")) fail("write", error);
}

// What stands behind the last end of a line.
std::string ResultFile::last_line(std::int64_t size) const {
  std::string line;
  while (size > 0) {
    std::string piece(static_cast<std::size_t>(std::min<std::int64_t>(size, 64 * 1024)), '\0');
    size -= static_cast<std::int64_t>(piece.size());
    const ssize_t count = pread(descriptor_, piece.data(), piece.size(), size);
    if (count != static_cast<ssize_t>(piece.size())) fail("read", count < 0 ? errno : EIO);
    const auto end = piece.rfind('\n');
    line.insert(0, piece, end == piece.npos ? 0 : end + 1);
    if (end != piece.npos) break;
  }
  return line;
}

void ResultFile::cut_to(std::int64_t size) {
  if (ftruncate(descriptor_, size) != 0) fail("shorten", errno);
}

void ResultFile::read(const Event& stop, const std::function<void(Record&&)>& see) {
  if (!is_regular_) return;
  if (lseek(descriptor_, 0, SEEK_SET) < 0) fail("read", errno);
  LineReader lines(descriptor_, stop, longest_record);
  std::uint64_t number = 0;
  try {
    while (auto line = lines.next()) {
      ++number;
      see(record_from(*line));
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}:{}: {}", path_, number, error.what()));
  }
}

bool ResultFile::append(std::string line) {
  line += '\n';
  const std::scoped_lock lock(mutex_);
  if (!error_.empty()) return false;
  const std::int64_t size = is_regular_ ? size_of(descriptor_) : 0;
  const int error = write_all(descriptor_, line);
  if (error == 0) return true;
  error_ = fmt::format("cannot write {}: {}", path_ == "-" ? "standard output" : path_,
                       std::generic_category().message(error));
  // Best effort: a line that is cut all the same is mended by the next run.
  if (is_regular_) [[maybe_unused]]
    const int ignored = ftruncate(descriptor_, size);
  return false;
}

std::string ResultFile::error() const {
  const std::scoped_lock lock(mutex_);
  return error_;
}

void ResultFile::fail(std::string_view what, int error) const {
  throw std::runtime_error(
      fmt::format("cannot {} {}: {}", what, path_, std::generic_category().message(error)));
}

}  // namespace fanout::cli::llm
