// SPDX-License-Identifier: MIT
// Starts this very program once more, as a worker or as a fork server.
#pragma once

#include "child.hpp"
#include "control_socket.hpp"

namespace fanout::detail {

// What the first argument of such a process is; fanout::init looks for them.
inline constexpr const char* worker_argument = "--fanout-worker";
inline constexpr const char* fork_server_argument = "--fanout-fork-server";

// Where such a process finds its end of the socket.
inline constexpr int inherited_socket = 3;

// Runs /proc/self/exe with that argument: stdin is /dev/null, stdout this program's, stderr the
// given descriptor, and nothing else is inherited but `socket`. Blocks no signal. Throws
// std::system_error.
Child spawn_self(const char* argument, const ControlSocket& socket, int standard_error);

}  // namespace fanout::detail
