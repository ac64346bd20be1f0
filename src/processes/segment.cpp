// SPDX-License-Identifier: MIT
#include "segment.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fanout::detail {

void SleepWord::sleep() noexcept {
  const int saved = errno;
  // seq_cst: the other half of announce(); the kernel compares once more.
  while (word_.load(std::memory_order_seq_cst) != 0) {
    syscall(SYS_futex, &word_, FUTEX_WAIT, 1, nullptr, nullptr, 0);
  }
  errno = saved;
}

void SleepWord::wake() noexcept {
  const int saved = errno;
  syscall(SYS_futex, &word_, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  errno = saved;
}

SharedSegment::SharedSegment()
    : memory_(checked(memfd_create("fanout-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING),
                      "memfd_create for a worker")) {
  if (ftruncate(memory_.get(), sizeof(Segment)) != 0) throw_errno("ftruncate for a worker");
  if (fcntl(memory_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    throw_errno("sealing the memory of a worker");
  }
  map();
}

SharedSegment::SharedSegment(Descriptor memory) : memory_(std::move(memory)) { map(); }

void SharedSegment::map() {
  void* const address =
      mmap(nullptr, sizeof(Segment), PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
  if (address == MAP_FAILED) throw_errno("mmap of the memory of a worker");
  segment_ = static_cast<Segment*>(address);
}

SharedSegment::~SharedSegment() {
  if (segment_ != nullptr) munmap(segment_, sizeof(Segment));
}

}  // namespace fanout::detail
