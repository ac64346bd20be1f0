// SPDX-License-Identifier: MIT
// The program and its shared libraries, as they lie in this process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fanout::detail {

// A part of a module that may be executed.
struct CodeRange {
  std::uintptr_t begin;
  std::uintptr_t end;
};

struct Module {
  std::string path;           // empty for the program itself
  std::uintptr_t base;        // what the loader added to the addresses in the file
  std::uint64_t fingerprint;  // equal only for the same build
  std::vector<CodeRange> code;

  bool executes(std::uintptr_t address) const noexcept;
};

// All that are loaded, the program first.
std::vector<Module> loaded_modules();

// Changes whenever a module is loaded or unloaded.
std::uint64_t module_changes();

// The program, without its libraries. Peers whose programs differ in their fingerprints are different
// binaries. The first call reads it, which should not be left to several threads: a child forked
// meanwhile would wait for it for ever.
const Module& program_module();

}  // namespace fanout::detail
