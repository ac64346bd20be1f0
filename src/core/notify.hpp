// SPDX-License-Identifier: MIT
// Tells the listeners of a state that it is done.
#pragma once

#include <fanout/detail/listener.hpp>

namespace fanout::detail {

// Takes the detached list, newest first: wakes all waiters, then runs the callbacks, each in order
// of registration. No lock is held. A callback that completes another future runs that one's
// callbacks inside itself, up to a depth that no stack minds; deeper ones wait until the stack has
// unwound so far.
void notify_listeners(Listener* newest) noexcept;

}  // namespace fanout::detail
