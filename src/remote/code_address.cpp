// SPDX-License-Identifier: MIT
// Addresses of code across processes: a table of modules, looked at in nanoseconds.
#include <algorithm>
#include <memory>
#include <string>

#include <fanout/detail/code_address.hpp>
#include <fanout/errors.hpp>

#include "../core/mutex.hpp"
#include "../core/per_process.hpp"
#include "modules.hpp"

namespace fanout::detail {
namespace {

// The modules as they were when `changes` was read.
struct Table {
  std::uint64_t changes = 0;
  std::vector<Module> modules;
};

// Shared libraries come and go, and one may lie where another one lay: the table is read anew
// whenever the loader has done something.
class Libraries {
 public:
  std::shared_ptr<const Table> table() {
    const Lock lock(mutex_);
    const std::uint64_t changes = module_changes();
    if (table_ == nullptr || table_->changes != changes) {
      table_ = std::make_shared<const Table>(Table{changes, loaded_modules()});
    }
    return table_;
  }

 private:
  Mutex mutex_;
  std::shared_ptr<const Table> table_ FANOUT_GUARDED_BY(mutex_);
};

constinit PerProcess<Libraries> libraries;

CodeAddress address_in(const Module& module, std::uintptr_t code) {
  return {module.fingerprint, code - module.base};
}

}  // namespace

CodeAddress address_of_code(std::uintptr_t code) {
  if (code == 0) return {};
  // It stays where it is for ever, so what is in it needs no look at anything else.
  const Module& program = program_module();
  if (program.executes(code)) return address_in(program, code);
  const auto table = libraries.get().table();
  for (const Module& module : table->modules) {
    if (module.executes(code)) return address_in(module, code);
  }
  throw SerializationError(
      "a pointer to a function points into no program or library, so it cannot cross: pass a "
      "function that was compiled into one");
}

std::uintptr_t code_at(CodeAddress address) {
  if (address.module == 0) {
    if (address.offset == 0) return 0;
    throw SerializationError("a pointer to a function without its module: different binary");
  }
  const auto found = [address](const Module& module) {
    const std::uintptr_t code = module.base + address.offset;
    if (!module.executes(code)) {
      throw SerializationError(
          "a pointer to a function does not point to code: different binary, or malformed bytes");
    }
    return code;
  };
  const Module& program = program_module();
  if (address.module == program.fingerprint) return found(program);
  const auto table = libraries.get().table();
  for (const Module& module : table->modules) {
    if (address.module == module.fingerprint) return found(module);
  }
  throw SerializationError(
      "a function is in a program or library that is not loaded here: different binary; run the "
      "same build everywhere, and load the libraries with dlopen before fanout::init");
}

}  // namespace fanout::detail
