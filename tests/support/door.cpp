// SPDX-License-Identifier: MIT
// One byte in a pipe for each task that enters, one for each that is let out.
#include "support/door.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanout::test {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int open_pipe(const std::string& path, int how) {
  const int descriptor = ::open(path.c_str(), how | O_CLOEXEC);
  if (descriptor < 0) {
    fail("open of a door");
  }
  return descriptor;
}

// Closed at the end of its scope, whatever ends it.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() { close(number); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  const int number;
};

void send_byte(int descriptor) {
  while (write(descriptor, "x", 1) != 1) {
    if (errno != EINTR) {
      fail("write to a door");
    }
  }
}

void receive_byte(int descriptor) {
  char byte = 0;
  while (read(descriptor, &byte, 1) < 0) {  // end of file: the door is gone, nobody need stand here
    if (errno != EINTR) {
      fail("read from a door");
    }
  }
}

}  // namespace

Door::Door() {
  char folder[] = "/tmp/fanout-door-XXXXXX";
  if (mkdtemp(folder) == nullptr) {
    fail("mkdtemp");
  }
  path_ = folder;
  if (mkfifo((path_ + "/entered").c_str(), 0600) != 0 ||
      mkfifo((path_ + "/let_out").c_str(), 0600) != 0) {
    fail("mkfifo");
  }
  // Reading and writing at once, so that no open() on either side waits for the other.
  entered_ = open_pipe(path_ + "/entered", O_RDWR);
  let_out_ = open_pipe(path_ + "/let_out", O_RDWR);
}

Door::~Door() {
  unlink((path_ + "/entered").c_str());
  unlink((path_ + "/let_out").c_str());
  rmdir(path_.c_str());
  close(entered_);
  close(let_out_);
}

void Door::await(int tasks) {
  for (int i = 0; i < tasks; ++i) {
    receive_byte(entered_);
  }
}

void Door::open(int tasks) {
  for (int i = 0; i < tasks; ++i) {
    send_byte(let_out_);
  }
}

int Door::unawaited() const {
  int bytes = 0;
  if (ioctl(entered_, FIONREAD, &bytes) != 0) {
    fail("FIONREAD");
  }
  return bytes;
}

int stand_at(const std::string& door, int value) {
  // Opened so that it neither blocks nor raises SIGPIPE when the door is just being removed; only
  // then made to block, so that read() waits for a byte or for the end of the door.
  const Descriptor let_out(open_pipe(door + "/let_out", O_RDONLY | O_NONBLOCK));
  fcntl(let_out.number, F_SETFL, 0);
  {
    const Descriptor entered(open_pipe(door + "/entered", O_RDWR));
    send_byte(entered.number);
  }
  receive_byte(let_out.number);
  return value;
}

}  // namespace fanout::test
