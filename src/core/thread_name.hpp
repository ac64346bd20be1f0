// SPDX-License-Identifier: MIT
// The operating system's name of the current thread.
#pragma once

#include <string_view>

namespace fanout::detail {

// Cut to what the system allows (15 bytes on Linux). Needs no memory.
void set_thread_name(std::string_view name) noexcept;
void set_thread_name(std::string_view prefix, int number) noexcept;  // prefix_number

}  // namespace fanout::detail
