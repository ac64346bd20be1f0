// SPDX-License-Identifier: MIT
// Readable names of types, for messages.
#pragma once

#include <string>
#include <typeinfo>

namespace fanout::detail {

std::string demangled(const std::type_info& type);

}  // namespace fanout::detail
