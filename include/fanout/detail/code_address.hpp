// SPDX-License-Identifier: MIT
// The address of a function, in a form that means the same in another process of this program.
#pragma once

#include <cstdint>

namespace fanout::detail {

// Where a program or a shared library lies differs from process to process; what lies where in it
// does not.
struct CodeAddress {
  std::uint64_t module = 0;  // fingerprint of its build; 0: the null pointer
  std::uint64_t offset = 0;  // from where the module was loaded
};

// Throws SerializationError for what is in no module, such as code made at run time.
CodeAddress address_of_code(std::uintptr_t code);

// Throws SerializationError unless that very build of the module is loaded here and the address is
// in one of its executable segments.
std::uintptr_t code_at(CodeAddress address);

}  // namespace fanout::detail
