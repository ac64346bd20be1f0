// SPDX-License-Identifier: MIT
// The operating system's name of the current thread.
#pragma once

#include <string>

namespace fanout::detail {

// Cut to what the system allows (15 bytes on Linux).
void set_thread_name(const std::string& name);

}  // namespace fanout::detail
