// SPDX-License-Identifier: MIT
// posix_spawn: unlike a fork it copies no page table, and runs no code of ours in a process whose
// other threads, with the locks they held, are gone.
#include "spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace fanout::detail {
namespace {

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

class Actions {
 public:
  Actions() { check(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init"); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t* get() noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  Attributes() { check(posix_spawnattr_init(&attributes_), "posix_spawnattr_init"); }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t* get() noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// A copy beyond the numbers that the actions overwrite one after the other.
Descriptor out_of_the_way(int number) {
  return checked(fcntl(number, F_DUPFD_CLOEXEC, inherited_socket + 1), "dup for a worker");
}

// The same of what is to be the standard error of a child, and nothing for what is closed.
Descriptor errors_of(int standard_error) {
  if (fcntl(standard_error, F_GETFD) >= 0) return out_of_the_way(standard_error);
  const Descriptor nowhere =
      checked(open("/dev/null", O_WRONLY | O_CLOEXEC), "open of /dev/null for a worker");
  return out_of_the_way(nowhere.get());
}

}  // namespace

Child spawn_self(const char* argument, const ControlSocket& socket, int standard_error) {
  const Descriptor channel = out_of_the_way(socket.descriptor());
  const Descriptor errors = errors_of(standard_error);
  Actions actions;
  const auto add = [](int error) { check(error, "posix_spawn_file_actions_add"); };
  add(posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0));
  add(posix_spawn_file_actions_adddup2(actions.get(), errors.get(), STDERR_FILENO));
  add(posix_spawn_file_actions_adddup2(actions.get(), channel.get(), inherited_socket));
  add(posix_spawn_file_actions_addclosefrom_np(actions.get(), inherited_socket + 1));

  Attributes attributes;
  sigset_t none;
  sigemptyset(&none);
  sigset_t all;
  sigfillset(&all);
  check(posix_spawnattr_setsigmask(attributes.get(), &none), "posix_spawnattr_setsigmask");
  check(posix_spawnattr_setsigdefault(attributes.get(), &all), "posix_spawnattr_setsigdefault");
  check(posix_spawnattr_setpgroup(attributes.get(), 0), "posix_spawnattr_setpgroup");
  check(posix_spawnattr_setflags(attributes.get(), POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                       POSIX_SPAWN_SETPGROUP),
        "posix_spawnattr_setflags");

  std::string name = program_invocation_name;
  std::string option = argument;
  std::array<char*, 3> arguments{name.data(), option.data(), nullptr};
  pid_t pid = 0;
  check(posix_spawn(&pid, "/proc/self/exe", actions.get(), attributes.get(), arguments.data(),
                    environ),
        "fanout: a worker process could not be started (posix_spawn of /proc/self/exe)");
  try {
    return {pid, open_process(pid)};
  } catch (...) {
    kill(pid, SIGKILL);
    wait_for_child(pid, false);
    throw;
  }
}

}  // namespace fanout::detail
