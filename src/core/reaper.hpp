// SPDX-License-Identifier: MIT
// Joins threads that nobody else can: those of a pool whose executor was destroyed on one of them.
#pragma once

#include <thread>

namespace fanout::detail {

// It is joined when the program ends, or only detached if there is no memory to remember it; it
// keeps alive all that it uses.
void hand_over_to_reaper(std::thread thread) noexcept;

}  // namespace fanout::detail
