// SPDX-License-Identifier: MIT
// A kernel that lacks one of the calls that a process pool is built on.
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <string>
#include <system_error>

#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/fault.hpp"
#include "support/vocabulary.hpp"

namespace {

enum class Facility { none, epoll, eventfd, memfd, pidfd };

std::atomic<Facility> missing{Facility::none};

bool lacks(Facility facility) {
  if (missing != facility) return false;
  errno = ENOSYS;
  return true;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// Found before the system's own, which they call unless it is to be missing.
extern "C" int epoll_create1(int flags) noexcept {
  static const auto real = next<int(int)>("epoll_create1");
  return lacks(Facility::epoll) ? -1 : real(flags);
}

extern "C" int eventfd(unsigned count, int flags) noexcept {
  static const auto real = next<int(unsigned, int)>("eventfd");
  return lacks(Facility::eventfd) ? -1 : real(count, flags);
}

extern "C" int memfd_create(const char* name, unsigned flags) noexcept {
  static const auto real = next<int(const char*, unsigned)>("memfd_create");
  return lacks(Facility::memfd) ? -1 : real(name, flags);
}

extern "C" long syscall(long number, ...) noexcept {
  static const auto real = next<long(long, ...)>("syscall");
  if (number == SYS_pidfd_open && lacks(Facility::pidfd)) return -1;
  // No call has more than six arguments; those that it does not have are not looked at.
  std::array<long, 6> a{};
  std::va_list list;
  va_start(list, number);
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

namespace fanout::test {
namespace {

class Kernel : public Fault {
 protected:
  void TearDown() override {
    missing = Facility::none;
    Fault::TearDown();
  }
};
FANOUT_FAULTS(Kernel);

// conformance: 90
TEST_P(Kernel, that_lacks_a_call_makes_the_first_submit_throw_what_failed) {
  for (int round = 0; round < rounds(); ++round) {
    for (const auto& [facility, call] :
         {std::pair{Facility::epoll, "epoll_create1"}, std::pair{Facility::eventfd, "eventfd"},
          std::pair{Facility::memfd, "memfd_create"},
          std::pair{Facility::pidfd, "needs Linux 5.3 or newer"}}) {
      ProcessPoolExecutor executor(with(2));
      missing = facility;
      try {
        (void)executor.submit(square, 1);
        ADD_FAILURE() << "took a task without " << call;
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::function_not_supported);
        EXPECT_TRUE(holds(error.what(), call));
      }
      EXPECT_EQ(executor.stats().pending, 0U);
      missing = Facility::none;
      EXPECT_EQ(executor.submit(square, round).result(), round * round);  // usable again
    }
  }
}

}  // namespace
}  // namespace fanout::test
