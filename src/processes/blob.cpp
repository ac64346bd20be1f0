// SPDX-License-Identifier: MIT
#include "blob.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../remote/frame.hpp"

namespace fanout::detail {
namespace {

constexpr std::size_t most_kept = 4;
constexpr std::size_t most_kept_bytes = std::size_t{512} << 20;
constexpr double kept_seconds = 1;

// Sizes in steps, so that payloads of about the same size can use the same memory.
std::size_t rounded(std::size_t size) {
  std::size_t step = std::size_t{64} << 10;
  while (step * 8 < size) step *= 2;
  return (size + step - 1) / step * step;
}

}  // namespace

void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), std::string("fanout: ") + what);
}

Descriptor beyond_standard_streams(int number) {
  Descriptor descriptor(number);
  if (number > STDERR_FILENO) return descriptor;
  const int copy = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) throw_errno("dup beyond the standard streams");
  return Descriptor(copy);
}

Descriptor checked(int number, const char* what) {
  if (number < 0) throw_errno(what);
  return beyond_standard_streams(number);
}

SharedMemory::SharedMemory(std::size_t size)
    : file_(checked(memfd_create("fanout-payload", MFD_CLOEXEC | MFD_ALLOW_SEALING),
                    "memfd_create for a payload")) {
  // All of its memory now: later there would be a signal instead of an error.
  while (fallocate(file_.get(), 0, 0, static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) throw_errno("fallocate of a payload");
  }
  if (fcntl(file_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    throw_errno("sealing a payload");
  }
  map(size);
}

SharedMemory::SharedMemory(Descriptor file) : file_(std::move(file)) {
  const int seals = fcntl(file_.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0) {
    throw ProtocolError("a payload that its sender could still cut off");
  }
  struct stat status{};
  if (fstat(file_.get(), &status) != 0) throw_errno("fstat of a payload");
  map(static_cast<std::size_t>(status.st_size));
}

void SharedMemory::map(std::size_t size) {
  void* const address =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file_.get(), 0);
  if (address == MAP_FAILED) throw_errno("mmap of a payload");
  bytes_ = {static_cast<std::byte*>(address), size};
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

SharedMemory SharedMemoryCache::take(std::size_t size) {
  {
    const Lock lock(mutex_);
    const auto fitting = std::find_if(kept_.begin(), kept_.end(), [size](const Kept& kept) {
      const std::size_t room = kept.memory.bytes().size();
      return room >= size && room <= 4 * rounded(size);
    });
    if (fitting != kept_.end()) {
      SharedMemory memory = std::move(fitting->memory);
      kept_.erase(fitting);
      return memory;
    }
  }
  return SharedMemory(rounded(size));
}

void SharedMemoryCache::put(SharedMemory memory) noexcept {
  if (fork_guard_.in_child()) return;
  const Lock lock(mutex_);
  std::size_t bytes = memory.bytes().size();
  for (const Kept& kept : kept_) bytes += kept.memory.bytes().size();
  if (closed_ || kept_.size() >= most_kept || bytes > most_kept_bytes) return;
  try {
    kept_.push_back({std::move(memory), Deadline::after_seconds(kept_seconds)});
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): then it is not kept
  }
}

void SharedMemoryCache::close() noexcept {
  const Lock lock(mutex_);
  closed_ = true;
  kept_.clear();
}

Deadline SharedMemoryCache::tidy() noexcept {
  const Lock lock(mutex_);
  std::erase_if(kept_, [](const Kept& kept) { return kept.expiry.passed(); });
  Deadline next = Deadline::never();
  for (const Kept& kept : kept_) next = kept.expiry < next ? kept.expiry : next;
  return next;
}

}  // namespace fanout::detail
