// SPDX-License-Identifier: MIT
#include "blob.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../remote/frame.hpp"

namespace fanout::detail {

void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), std::string("fanout: ") + what);
}

Descriptor checked(int number, const char* what) {
  if (number < 0) throw_errno(what);
  return Descriptor(number);
}

MemoryBlob::MemoryBlob(std::size_t size)
    : memory_(checked(memfd_create("fanout-payload", MFD_CLOEXEC | MFD_ALLOW_SEALING),
                      "memfd_create for a payload")) {
  // All of its memory now: later there would be a signal instead of an error.
  while (fallocate(memory_.get(), 0, 0, static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) throw_errno("fallocate of a payload");
  }
  void* const address =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, memory_.get(), 0);
  if (address == MAP_FAILED) throw_errno("mmap of a payload");
  bytes_ = {static_cast<std::byte*>(address), size};
}

MemoryBlob::MemoryBlob(Descriptor memory, bool sealed) : memory_(std::move(memory)) {
  constexpr int all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (sealed && (fcntl(memory_.get(), F_GET_SEALS) & all) != all) {
    throw ProtocolError("a payload that its sender could still change");
  }
  struct stat status{};
  if (fstat(memory_.get(), &status) != 0) throw_errno("fstat of a payload");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* const address = mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, memory_.get(), 0);
  if (address == MAP_FAILED) throw_errno("mmap of a payload");
  bytes_ = {static_cast<std::byte*>(address), size};
}

MemoryBlob::~MemoryBlob() { unmap(); }

void MemoryBlob::unmap() noexcept {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
  bytes_ = {};
}

void MemoryBlob::seal() {
  unmap();
  if (fcntl(memory_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) !=
      0) {
    throw_errno("sealing a payload");
  }
}

}  // namespace fanout::detail
