// SPDX-License-Identifier: MIT
// Whether workers of this program would become workers.
#pragma once

namespace fanout::detail {

bool init_was_called() noexcept;

}  // namespace fanout::detail
