// SPDX-License-Identifier: MIT
#include "demangle.hpp"

#include <cstdlib>
#include <memory>

#include <cxxabi.h>

namespace fanout::detail {

std::string demangled(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

}  // namespace fanout::detail
