// SPDX-License-Identifier: MIT
// What a worker process does, from its start to its end.
#pragma once

namespace fanout::detail {

// Serves the pool at the other end of the inherited socket. The process ends with it.
[[noreturn]] void serve_as_worker();

}  // namespace fanout::detail
